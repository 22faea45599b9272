"""Addresses for items that have none of their own."""

import hashlib


def make_anchor(site_url: str, identity: str) -> str:
    """Return a place on the page `site_url` that belongs to one item: its `identity` decides, not where it stands."""
    digest = hashlib.sha256(identity.encode("utf-8", "surrogatepass")).hexdigest()
    return f"{site_url.partition('#')[0]}#item-{digest[:16]}"
