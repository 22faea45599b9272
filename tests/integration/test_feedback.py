"""What readers say of alerts, and what follows."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.models import Judgement, Precision
from monitor.store import Store, feedback
from tests.integration.test_store import NOW, add_delivery


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    opened = Store(tmp_path / "monitor.db")
    yield opened
    opened.close()


def judge(store: Store, alert: int, judgement: Judgement | None) -> bool:
    with store.write() as session:
        return feedback.record_judgement(session, alert, judgement, NOW)


@pytest.mark.parametrize("by", ["rule", "source", "modality"])
def test_late_alerts_are_right_and_wrong_ones_are_not(store: Store, by: str) -> None:
    for number, judgement in enumerate([Judgement.RIGHT, Judgement.WRONG, Judgement.LATE, Judgement.RIGHT], start=1):
        assert judge(store, add_delivery(store, number), judgement)
    with store.read() as session:
        (found,) = feedback.measure_precision(session, by)
    assert (found.right, found.judged, found.late) == (3, 4, 1)


def test_the_last_word_counts_and_can_be_taken_back(store: Store) -> None:
    alert = add_delivery(store)
    judge(store, alert, Judgement.WRONG)
    judge(store, alert, Judgement.RIGHT)
    with store.read() as session:
        assert [one.right for one in feedback.measure_precision(session, "rule")] == [1]
    judge(store, alert, None)
    with store.read() as session:
        assert feedback.measure_precision(session, "rule") == []


def test_nothing_is_said_of_an_alert_that_is_not_there(store: Store) -> None:
    assert not judge(store, 99, Judgement.RIGHT)


@given(st.integers(0, 500).flatmap(lambda count: st.tuples(st.integers(0, count), st.just(count))))
def test_the_interval_holds_the_share(counts: tuple[int, int]) -> None:
    precision = Precision(name="rule", right=counts[0], judged=counts[1])
    low, high = precision.interval
    assert 0.0 <= low <= precision.share + 1e-9
    assert precision.share - 1e-9 <= high <= 1.0


def test_the_interval_is_that_of_the_tables() -> None:
    low, high = Precision(name="rule", right=8, judged=10).interval
    assert (round(low, 3), round(high, 3)) == (0.490, 0.943)
