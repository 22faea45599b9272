"""Fingerprints of articles that tell events; how alerts moved relations."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    """Add the table of bands and two columns to the events of alerts."""
    op.create_table(
        "article_bands",
        sa.Column("band", sa.BigInteger(), primary_key=True),
        sa.Column("article_id", sa.Integer(), sa.ForeignKey("articles.id"), primary_key=True),
        sqlite_with_rowid=False,
    )
    op.add_column("alert_events", sa.Column("state_before", sa.String(), nullable=True))
    op.add_column("alert_events", sa.Column("state_after", sa.String(), nullable=True))
