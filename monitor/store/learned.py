"""What was learned of each site's boilerplate (see monitor.extract.learned)."""

import json
from collections.abc import Collection
from datetime import datetime, timedelta

from sqlalchemy import bindparam
from sqlalchemy.dialects.sqlite import insert
from sqlmodel import Session, and_, col, delete, func, select

from monitor.extract.learned import NOTHING, Knowledge, Sighting
from monitor.store.tables import LearnedLineRow, LearnedSiteRow

MAX_LINES = 5_000
"""Remembered of one site: those of its last two hundred articles or so, and what stands on all of them."""
FORGET_AFTER = timedelta(days=90)
_PRUNE_EVERY = 20
"""Articles of a site."""
# Built once and run on the connection, without objects: every article asks for them, and twenty objects an article
# would cost more than its detection.
_SIGHTINGS = (
    select(LearnedSiteRow.articles, LearnedLineRow.line, LearnedLineRow.sightings)
    .outerjoin(
        LearnedLineRow,
        and_(
            col(LearnedLineRow.site) == col(LearnedSiteRow.site),
            # One value, however many lines: the statement stays the same.
            col(LearnedLineRow.line).in_(select(func.json_each(bindparam("lines")).table_valued("value").c.value)),
        ),
    )
    .where(LearnedSiteRow.site == bindparam("site"))
)
_SITES = LearnedSiteRow.metadata.tables["learned_sites"]
_COUNT = (
    insert(_SITES)
    .values(site=bindparam("site"), articles=1)
    .on_conflict_do_update(index_elements=["site"], set_={"articles": _SITES.c.articles + 1})
    .returning(_SITES.c.articles)
)
_PUT_LINES = insert(LearnedLineRow.metadata.tables["learned_lines"]).prefix_with("OR REPLACE")


def read_knowledge(session: Session, site: str, lines: Collection[int]) -> Knowledge:
    """Return what is known of these lines of a site."""
    rows = session.connection().execute(_SIGHTINGS, {"site": site, "lines": json.dumps([*lines])}).all()
    sightings = {
        line: tuple(Sighting(article, datetime.fromisoformat(at)) for article, at in pairs)
        for _, line, pairs in rows
        if line is not None
    }
    return Knowledge(sightings, rows[0].articles) if rows else NOTHING


def count_article(session: Session, site: str) -> int:
    """Note that is learned from one more article of a site; return from how many that makes."""
    count: int = session.connection().execute(_COUNT, {"site": site}).scalar_one()
    return count


def save_knowledge(session: Session, site: str, knowledge: Knowledge, now: datetime) -> None:
    """Store what is known of a site's lines that were just seen, and forget what was not seen for long.

    The article on which they were seen is counted before.
    """
    rows = [
        {
            "site": site,
            "line": line,
            "sightings": [[one.article, one.at.isoformat()] for one in sightings],
            "seen_at": now,
        }
        for line, sightings in knowledge.sightings.items()
    ]
    if rows:
        session.connection().execute(_PUT_LINES, rows)
    if knowledge.articles % _PRUNE_EVERY == 0:
        _prune(session, site, now)


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
