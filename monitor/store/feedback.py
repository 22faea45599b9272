"""What readers say of alerts, and how right rules, sources and modalities are by it."""

from datetime import datetime

from sqlalchemy import case
from sqlmodel import Session, and_, col, func, select

from monitor.models import Judgement, Precision
from monitor.store.tables import AlertEventRow, AlertRow, ArticleRow, EventRow, FeedbackRow

_GROUPS = {"rule": EventRow.rule, "source": ArticleRow.source, "modality": EventRow.modality}


def record_judgement(session: Session, alert_id: int, judgement: Judgement | None, now: datetime) -> bool:
    """Note what a reader says of an alert, or take it back (None); return whether there is such an alert."""
    if session.get(AlertRow, alert_id) is None:
        return False
    row = session.get(FeedbackRow, alert_id)
    if judgement is None:
        if row:
            session.delete(row)
    elif row:
        row.sqlmodel_update({"judgement": judgement, "given_at": now})
    else:
        session.add(FeedbackRow(alert_id=alert_id, judgement=judgement, given_at=now))
    return True


def measure_precision(session: Session, by: str) -> list[Precision]:
    """Return how right alerts were, by `rule`, `source` or `modality` of their first event, the most judged first."""
    group, judged = col(_GROUPS[by]), func.count()
    wrong, late = (
        func.sum(case((col(FeedbackRow.judgement) == one, 1), else_=0)) for one in (Judgement.WRONG, Judgement.LATE)
    )
    told = and_(col(AlertEventRow.alert_id) == col(FeedbackRow.alert_id), col(AlertEventRow.position) == 0)
    counted = (
        select(group, judged, wrong, late)
        .select_from(FeedbackRow)
        .join(AlertEventRow, told)
        .join(EventRow, col(EventRow.id) == col(AlertEventRow.event_id))
        .group_by(group)
        .order_by(judged.desc(), group)
    )
    if by == "source":
        counted = counted.join(ArticleRow, col(ArticleRow.id) == col(EventRow.article_id))
    rows = session.exec(counted)
    return [Precision(name=row[0], right=row[1] - row[2], judged=row[1], late=row[3]) for row in rows]
