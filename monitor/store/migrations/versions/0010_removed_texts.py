"""Since when the text of an article is gone; the views of views.py come with it."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"


def upgrade() -> None:
    """Add a column to the articles, an index of those that have their text, and one by time."""
    op.add_column("articles", sa.Column("text_removed_at", sa.DateTime()))
    op.create_index("articles_with_text", "articles", ["text_removed_at", "stored_at"])
    op.create_index("articles_seen", "articles", ["first_seen_at", "source"])
