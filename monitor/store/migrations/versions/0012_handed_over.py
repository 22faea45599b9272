"""Which recipients have accepted a message that must go again, and what a fallback took over from whom."""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"


def upgrade() -> None:
    """Add two columns to the deliveries."""
    op.add_column("deliveries", sa.Column("accepted_by", sa.JSON()))
    op.add_column("deliveries", sa.Column("handed_from", sa.Integer()))
    op.create_index("deliveries_handed", "deliveries", ["handed_from"])
