"""Each source's rhythm, its next look, and what is wrong with it."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    """Add a table, and four columns to the sources."""
    op.create_table(
        "rhythms",
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("reading", sa.String(), nullable=False),
        sa.Column("arrivals", sa.JSON(), nullable=False),
        sa.Column("hours", sa.JSON(), nullable=False),
        sa.Column("parts", sa.JSON(), nullable=False),
        sa.Column("recent", sa.JSON(), nullable=False),
        sa.Column("watched_until", sa.DateTime()),
        sa.Column("followed", sa.Float(), nullable=False),
        sa.Column("credit", sa.Float(), nullable=False),
        sa.Column("shown", sa.JSON(), nullable=False),
        sa.Column("usual_items", sa.Float(), nullable=False),
        sa.Column("usual_dated", sa.Float(), nullable=False),
        sa.Column("odd_looks", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("source"),
    )
    op.add_column("sources", sa.Column("due_at", sa.DateTime()))
    op.add_column("sources", sa.Column("condition", sa.String(), nullable=False, server_default="fine"))
    op.add_column("sources", sa.Column("condition_since", sa.DateTime()))
    op.add_column("sources", sa.Column("condition_detail", sa.String()))
