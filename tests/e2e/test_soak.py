"""kill -9 while webhook and mail server fail: no alert is lost, no repeat is without a cause. `make soak` does more."""

from pathlib import Path

from tests.e2e.soak import soak


def test_kills_and_failing_services_lose_nothing(tmp_path: Path) -> None:
    outcome = soak(tmp_path, kills=10, alerts=40)
    assert (outcome.lost, outcome.unrecorded, outcome.ghosts, outcome.unexplained) == (0, 0, 0, [])
    assert outcome.repeats <= 2 * outcome.kills + outcome.lost_answers
    assert (outcome.unmarked, outcome.disordered) == (0, 0)
    assert outcome.lost_answers
