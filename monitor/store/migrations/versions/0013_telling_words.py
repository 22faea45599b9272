"""Which words of its sentence tell an event."""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"


def upgrade() -> None:
    """Add two columns to the events; of those that are there, nobody noted the words."""
    op.add_column("events", sa.Column("words_start", sa.Integer(), nullable=False, server_default="0"))
    op.add_column("events", sa.Column("words_end", sa.Integer(), nullable=False, server_default="0"))
