"""What the store keeps for routing: silences, targets, and the outbox of an older monitor."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from alembic import command
from alembic.config import Config
from sqlalchemy import create_engine

from monitor.models import DeliveryState, EventType, Modality, Severity, Silence
from monitor.store import Store, deliveries, notices
from monitor.store.database import MIGRATIONS
from tests.integration.test_store import NOW

HOUR = timedelta(hours=1)
OLD_ROWS = """
INSERT INTO articles (id, url, source, title, text, text_digest, authors, first_seen_at, stored_at, version, stripped,
    is_published_day_only, tickers)
VALUES (1, 'https://a.example/1', 'wire', 'Old', 'Words', 'd', '[]', '2026-01-01 00:00:00', '2026-01-01 00:00:00', 1,
    '[]', 0, '[]');
INSERT INTO stories (id, opened_at, updated_at) VALUES (1, '2026-01-01 00:00:00', '2026-01-01 00:00:00');
INSERT INTO alerts (id, story_id, article_id, novelty, severity, created_at)
VALUES (7, 1, 1, 'new story', 'normal', '2026-01-01 00:00:00');
INSERT INTO deliveries (id, alert_id, route, state, due_at, attempts)
VALUES (3, 7, 'slack', 'waiting', '2026-01-01 00:00:00', 2), (4, 7, 'mail', 'sent', '2026-01-01 00:00:00', 1)
"""


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    opened = Store(tmp_path / "monitor.db")
    yield opened
    opened.close()


def test_the_outbox_of_an_older_monitor_is_kept(tmp_path: Path) -> None:
    path = tmp_path / "old.db"
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    engine = create_engine(f"sqlite:///{path}")
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "0005")
        for statement in OLD_ROWS.split(";"):
            connection.exec_driver_sql(statement)
    engine.dispose()
    store = Store(path)
    with store.read() as session:
        sent, waiting = deliveries.list_deliveries(session)
        (due,) = deliveries.next_due(session, NOW, target="slack")
    store.close()
    assert (sent.id, sent.target, sent.state, sent.parcel) == (4, "mail", DeliveryState.SENT, 4)
    assert due == waiting
    assert (due.id, due.route, due.target, due.group, due.attempts) == (3, "slack", "slack", "alert 7", 2)
    assert due.alert is not None


def test_a_silence_comes_back_as_it_was_until_it_ends(store: Store) -> None:
    silence = Silence(
        min_severity=Severity.NORMAL,
        types=(EventType.DISPUTE,),
        modalities=(Modality.DENIED,),
        companies=("Acme",),
        tags=("ai",),
        routes=("desk",),
        stories=(3, 4),
        comment="known",
        created_at=NOW,
        ends_at=NOW + HOUR,
    )
    with store.write() as session:
        number = notices.add_silence(session, silence)
        (found,) = notices.list_silences(session, after=NOW)
        assert notices.list_silences(session, after=NOW + HOUR) == []
        assert notices.end_silence(session, number, NOW)
        assert not notices.end_silence(session, number, NOW)
        assert not notices.end_silence(session, number + 1, NOW)
        assert notices.list_silences(session, after=NOW) == []
        assert [one.ends_at for one in notices.list_silences(session)] == [NOW]
    assert (found.types, found.stories, found.min_severity) == (silence.types, silence.stories, silence.min_severity)
    assert found.companies == silence.companies


def test_a_target_is_told_to_fail_once_and_to_work_once(store: Store) -> None:
    with store.write() as session:
        assert not notices.note_success(session, "desk")
        assert [notices.note_failure(session, "desk") for _ in range(3)] == [1, 2, 3]
        assert [notices.tell_failing(session, "desk") for _ in range(2)] == [True, False]
        assert notices.note_success(session, "desk")
        assert not notices.note_success(session, "desk")
        assert notices.note_failure(session, "desk") == 1
