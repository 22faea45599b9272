"""What was learned of each site's boilerplate (see monitor.extract.learned)."""

from collections.abc import Collection
from datetime import datetime, timedelta

from sqlalchemy import bindparam
from sqlmodel import Session, col, delete, insert, select

from monitor.extract.learned import NOTHING, Knowledge, Sighting
from monitor.store.database import in_chunks
from monitor.store.tables import LearnedLineRow, LearnedSiteRow

MAX_LINES = 5_000
"""Remembered of one site: those of its last two hundred articles or so, and what stands on all of them."""
FORGET_AFTER = timedelta(days=90)
_PRUNE_EVERY = 20
"""Articles of a site."""
# Built once and run on the connection, without objects: every article asks for them, and twenty objects an article
# would cost more than its detection.
_ARTICLES = select(LearnedSiteRow.articles).where(LearnedSiteRow.site == bindparam("site"))
_SIGHTINGS = select(LearnedLineRow.line, LearnedLineRow.sightings).where(
    LearnedLineRow.site == bindparam("site"), col(LearnedLineRow.line).in_(bindparam("lines", expanding=True))
)
_PUT_SITE = insert(LearnedSiteRow.metadata.tables["learned_sites"]).prefix_with("OR REPLACE")
_PUT_LINES = insert(LearnedLineRow.metadata.tables["learned_lines"]).prefix_with("OR REPLACE")


def read_knowledge(session: Session, site: str, lines: Collection[int]) -> Knowledge:
    """Return what is known of these lines of a site."""
    articles = count_articles(session, site)
    if not articles:
        return NOTHING
    connection = session.connection()
    sightings = {
        line: tuple(Sighting(article, datetime.fromisoformat(at)) for article, at in pairs)
        for chunk in in_chunks([*lines])
        for line, pairs in connection.execute(_SIGHTINGS, {"site": site, "lines": chunk})
    }
    return Knowledge(sightings, articles)


def count_articles(session: Session, site: str) -> int:
    """Return on how many articles of a site was learned."""
    return session.connection().execute(_ARTICLES, {"site": site}).scalar() or 0


def save_knowledge(session: Session, site: str, knowledge: Knowledge, now: datetime) -> None:
    """Store what is known of a site's lines that were just seen, and forget what was not seen for long."""
    connection = session.connection()
    connection.execute(_PUT_SITE, {"site": site, "articles": knowledge.articles})
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
        connection.execute(_PUT_LINES, rows)
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
