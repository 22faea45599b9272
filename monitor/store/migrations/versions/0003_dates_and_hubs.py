"""How certain a link's date is; the hub that a source names."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Add a column to the links and one to the sources."""
    op.add_column("links", sa.Column("published_certainty", sa.String(), nullable=False, server_default="exact"))
    op.add_column("sources", sa.Column("hub", sa.String()))
