"""This project as the harness of ../shared/bench wants an extractor: `monitor_adapter:extract`."""

import os
from pathlib import Path

from monitor import extract as step
from monitor.errors import ParseError
from monitor.extract import model

if weights := os.environ.get("BENCH_WEIGHTS"):
    model.WEIGHTS = Path(weights)


def extract(html: str | bytes, url: str | None = None) -> dict[str, object]:
    """Return text and metadata of a page."""
    try:
        article = step.extract(html, url)
    except ParseError:
        return {"text": ""}
    return {
        "text": article.text,
        "title": article.title,
        "date": article.published_at.isoformat() if article.published_at else None,
        "author": list(article.authors),
        "site": article.site_name,
        "lang": article.language,
    }
