"""Targets, groups and reminders of deliveries; notices, silences, stories that somebody knows."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    """Add three tables and a column to the stories; write the deliveries anew, each in a group of its own."""
    op.create_table(
        "notices",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("about", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("condition", sa.String(), nullable=False),
        sa.Column("detail", sa.String(), nullable=False),
        sa.Column("severity", sa.String(), nullable=False),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_table(
        "targets",
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("is_told", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("name"),
    )
    op.create_table(
        "silences",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("conditions", sa.JSON(), nullable=False),
        sa.Column("comment", sa.String(), nullable=False),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.Column("ends_at", sa.DateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_silences_ends_at", "silences", ["ends_at"])
    op.add_column("stories", sa.Column("acknowledged_at", sa.DateTime()))
    _rewrite_deliveries()


def _rewrite_deliveries() -> None:
    """Copy the outbox into a table in which an alert is optional: SQLite cannot change a column."""
    op.drop_index("deliveries_due", "deliveries")
    op.rename_table("deliveries", "old_deliveries")
    op.create_table(
        "deliveries",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("alert_id", sa.Integer()),
        sa.Column("notice_id", sa.Integer()),
        sa.Column("route", sa.String(), nullable=False),
        sa.Column("target", sa.String(), nullable=False),
        sa.Column("group", sa.String(), nullable=False),
        sa.Column("parcel", sa.Integer()),
        sa.Column("reminder", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("due_at", sa.DateTime(), nullable=False),
        sa.Column("leased_until", sa.DateTime()),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("last_error", sa.String()),
        sa.Column("sent_at", sa.DateTime()),
        sa.PrimaryKeyConstraint("id"),
        sa.ForeignKeyConstraint(["alert_id"], ["alerts.id"]),
        sa.ForeignKeyConstraint(["notice_id"], ["notices.id"]),
        sa.UniqueConstraint("alert_id", "route", "target", "reminder"),
    )
    kept = "id, alert_id, route, state, due_at, leased_until, attempts, last_error, sent_at"
    op.execute(
        f'INSERT INTO deliveries ({kept}, target, "group", parcel, reminder)'  # noqa: S608 - our own column names
        f" SELECT {kept}, route, 'alert ' || alert_id, id, 0 FROM old_deliveries"
    )
    op.drop_table("old_deliveries")
    op.create_index("deliveries_due", "deliveries", ["state", "due_at"])
    op.create_index("deliveries_groups", "deliveries", ["route", "target", "group", "state", "sent_at"])
    op.create_index("deliveries_sent", "deliveries", ["route", "target", "sent_at"])
