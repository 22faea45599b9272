"""Learned boilerplate of sites; section and local time of articles."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Add two tables, and three columns to the articles."""
    op.create_table(
        "learned_sites",
        sa.Column("site", sa.String(), nullable=False),
        sa.Column("articles", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("site"),
    )
    op.create_table(
        "learned_lines",
        sa.Column("site", sa.String(), nullable=False),
        sa.Column("line", sa.BigInteger(), nullable=False),
        sa.Column("sightings", sa.JSON(), nullable=False),
        sa.Column("seen_at", sa.DateTime(), nullable=False),
        sa.PrimaryKeyConstraint("site", "line"),
    )
    op.create_index("learned_lines_seen", "learned_lines", ["site", "seen_at"])
    op.add_column("articles", sa.Column("section", sa.String()))
    op.add_column(
        "articles", sa.Column("is_published_day_only", sa.Boolean(), nullable=False, server_default=sa.false())
    )
    op.add_column("articles", sa.Column("published_offset_minutes", sa.Integer()))
