"""Filings in the feeds of EDGAR (https://www.sec.gov/structureddata/rss-feeds): one link each, titled by its items.

EDGAR lists a filing once for every company in it, all with one id, and calls it after its form alone; what it is
about stands in the summary, as `Item 1.01: Entry into a Material Definitive Agreement`.
"""

import re
from collections.abc import Iterable
from dataclasses import replace

from monitor.models import Link

_ID = "urn:tag:sec.gov,2008:accession-number="
_TITLE = re.compile(r"(?P<form>\S.*?) - (?P<company>.+) \((?P<cik>\d{10})\)(?: \((?P<role>[^()]+)\))?")
_ITEM = re.compile(r"^Item (?P<number>\d{1,2}\.\d{2}): (?P<text>.+)$", re.MULTILINE)
_ROUTINE_ITEMS = frozenset({"9.01"})
"""Items that only say that there are attachments."""


def join_filings(links: Iterable[Link]) -> tuple[Link, ...]:
    """Return the links with those of one filing made one, which names its companies and items; others as they are."""
    joined: dict[str, list[Link]] = {}
    for number, link in enumerate(links):
        name = link.id if link.id and link.id.startswith(_ID) else str(number)
        joined.setdefault(name, []).append(link)
    return tuple(_join(group) for group in joined.values())


def _join(group: list[Link]) -> Link:
    """Return one link for a filing; of its URLs the first by name, so that it is the same at every look."""
    link = min(group, key=lambda one: one.url)
    titles = [match for one in group if (match := _TITLE.fullmatch(one.title or ""))]
    if not (link.id or "").startswith(_ID) or not titles:
        return link
    companies = ", ".join(dict.fromkeys(title["company"] for title in titles))
    items = _ITEM.finditer(link.summary or "")
    news = "; ".join(item["text"].strip() for item in items if item["number"] not in _ROUTINE_ITEMS)
    return replace(link, title=f"{companies} ({titles[0]['form']})" + (news and f": {news}"))
