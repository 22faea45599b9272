"""Migrations: Alembic runs those of `versions/` in order, each from the schema before it."""
