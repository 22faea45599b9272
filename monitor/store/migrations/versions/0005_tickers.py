"""Tickers of articles."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    """Add a column to the articles."""
    op.add_column("articles", sa.Column("tickers", sa.JSON(), nullable=False, server_default="[]"))
