"""What was learned of each site's boilerplate (see monitor.extract.learned)."""

from collections.abc import Collection
from datetime import datetime, timedelta

from sqlmodel import Session, col, delete, select

from monitor.extract.learned import Knowledge, Sighting
from monitor.store.database import in_chunks
from monitor.store.tables import LearnedLineRow, LearnedSiteRow

MAX_LINES = 5_000
"""Remembered of one site: those of its last two hundred articles or so, and what stands on all of them."""
FORGET_AFTER = timedelta(days=90)
_PRUNE_EVERY = 20
"""Articles of a site."""


def read_knowledge(session: Session, site: str, lines: Collection[int]) -> Knowledge:
    """Return what is known of these lines of a site."""
    sightings = {
        row.line: tuple(Sighting(article, datetime.fromisoformat(at)) for article, at in row.sightings)
        for row in _read_rows(session, site, lines)
    }
    row = session.get(LearnedSiteRow, site)
    return Knowledge(sightings, row.articles if row else 0)


def save_knowledge(session: Session, site: str, knowledge: Knowledge, now: datetime) -> None:
    """Store what is known of a site's lines that were just seen, and forget what was not seen for long."""
    session.merge(LearnedSiteRow(site=site, articles=knowledge.articles))
    rows = {row.line: row for row in _read_rows(session, site, knowledge.sightings)}
    for line, sightings in knowledge.sightings.items():
        row = rows.get(line) or LearnedLineRow(site=site, line=line, seen_at=now)
        row.sightings = [[sighting.article, sighting.at.isoformat()] for sighting in sightings]
        row.seen_at = now
        session.add(row)
    session.flush()
    if knowledge.articles % _PRUNE_EVERY == 0:
        _prune(session, site, now)


def _read_rows(session: Session, site: str, lines: Collection[int]) -> list[LearnedLineRow]:
    return [
        row
        for chunk in in_chunks([*lines])
        for row in session.exec(
            select(LearnedLineRow).where(LearnedLineRow.site == site, col(LearnedLineRow.line).in_(chunk))
        )
    ]


def _prune(session: Session, site: str, now: datetime) -> None:
    of_site = col(LearnedLineRow.site) == site
    last_kept = session.exec(
        select(LearnedLineRow.seen_at)
        .where(of_site)
        .order_by(col(LearnedLineRow.seen_at).desc())
        .offset(MAX_LINES)
        .limit(1)
    ).first()
    oldest = max(now - FORGET_AFTER, last_kept) if last_kept else now - FORGET_AFTER
    session.exec(delete(LearnedLineRow).where(of_site, col(LearnedLineRow.seen_at) <= oldest))
