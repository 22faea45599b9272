"""Indexes for browsing: events by kind, by time with their rule; deliveries by route."""

from alembic import op

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    """Add the indexes; the one by time replaces that of the time alone."""
    op.create_index("events_by_kind", "events", ["type", "modality", "article_id"])
    op.create_index("events_by_time", "events", ["detected_at", "rule"])
    op.drop_index("ix_events_detected_at", "events")
    op.create_index("deliveries_by_route", "deliveries", ["route", "state"])
