"""What readers say of alerts."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    """Add the table of feedback."""
    op.create_table(
        "feedback",
        sa.Column("alert_id", sa.Integer(), sa.ForeignKey("alerts.id"), primary_key=True),
        sa.Column("judgement", sa.String(), nullable=False),
        sa.Column("given_at", sa.DateTime(), nullable=False),
    )
