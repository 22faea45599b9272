"""The view of relations joins short names of companies with long ones: views are laid anew with every version."""

revision = "0014"
down_revision = "0013"


def upgrade() -> None:
    """Change no table."""
