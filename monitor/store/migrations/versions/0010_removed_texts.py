"""Since when the text of an article is gone; indexes of times and companies. The views of views.py come with it."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"


def upgrade() -> None:
    """Add a column to the articles, and indexes that spare reading whole rows of articles and participants."""
    op.add_column("articles", sa.Column("text_removed_at", sa.DateTime()))
    op.create_index("articles_with_text", "articles", ["text_removed_at", "stored_at"])
    op.create_index("articles_seen", "articles", ["first_seen_at", "source"])
    op.create_index("participants_named", "participants", ["folded", "event_id", "name"])
    op.create_index("participants_of", "participants", ["event_id", "folded"])
    op.drop_index("ix_participants_folded", "participants")
