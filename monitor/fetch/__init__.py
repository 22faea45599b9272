"""Get the bytes, politely and safely: url -> Page. The only door to the network."""

from monitor.fetch.client import Fetcher

__all__ = ["Fetcher"]
