"""A path of the demo site's edition at a given moment -> the document that it holds."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from email.utils import format_datetime
from functools import cache
from hashlib import sha256
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined

from monitor.demo.content import DemoStory, Outlet
from monitor.demo.edition import Edition

_HTML = "text/html; charset=utf-8"
_LIST_TYPES = {
    "rss.xml": "application/rss+xml; charset=utf-8",
    "atom.xml": "application/atom+xml",
    "news-sitemap.xml": "application/xml",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """What is served at one path."""

    body: bytes
    content_type: str
    modified_at: datetime
    status: int = 200

    @property
    def etag(self) -> str:
        """Return a strong validator of the body."""
        return f'"{sha256(self.body).hexdigest()[:20]}"'

    @property
    def last_modified(self) -> str:
        """Return the header's value."""
        return format_datetime(self.modified_at, usegmt=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Draft:
    """A document before it is rendered."""

    path: str
    template: str
    content_type: str
    modified_at: datetime
    values: dict[str, Any] = field(default_factory=dict)
    charset: str = "utf-8"
    status: int = 200


def list_paths(edition: Edition, now: datetime) -> list[str]:
    """Return every path that holds a document at `now`."""
    return [draft.path for draft in _draft_documents(edition, now)]


def render_document(edition: Edition, path: str, now: datetime) -> Document:
    """Return the document at `path`; a page with status 404 where there is none, or none yet."""
    drafts = {draft.path: draft for draft in _draft_documents(edition, now)}
    missing = _Draft(path=path, template="missing.html", content_type=_HTML, modified_at=edition.started_at, status=404)
    return _render(edition, drafts.get(path, missing))


def _draft_documents(edition: Edition, now: datetime) -> Iterator[_Draft]:
    published = edition.list_published(now)
    start = edition.started_at
    yield _Draft(path="/", template="index.html", content_type=_HTML, modified_at=start)
    yield _Draft(path="/robots.txt", template="robots.txt", content_type="text/plain", modified_at=start)
    for outlet in edition.outlets:
        own = [story for story in published if story.outlet == outlet.slug]
        yield from _draft_lists(edition, outlet, own)
        for story in own:
            yield _draft_page(edition, outlet, story)


def _draft_lists(edition: Edition, outlet: Outlet, stories: list[DemoStory]) -> Iterator[_Draft]:
    modified_at = max(map(edition.published_at, stories), default=edition.started_at)
    values = {"outlet": outlet, "stories": stories, "modified_at": modified_at}
    yield _Draft(
        path=f"/{outlet.slug}/",
        template=f"{outlet.slug}.html",
        content_type=outlet.content_type,
        charset=outlet.charset,
        modified_at=modified_at,
        values=values | {"story": None, "related": []},
    )
    for source in outlet.sources:
        if source.path:  # the front page, "", is above
            yield _Draft(
                path=f"/{outlet.slug}/{source.path}",
                template=source.path,
                content_type=_LIST_TYPES[source.path],
                modified_at=modified_at,
                values=values,
            )


def _draft_page(edition: Edition, outlet: Outlet, story: DemoStory) -> _Draft:
    published_at = edition.published_at(story)
    return _Draft(
        path=story.path,
        template=f"{outlet.slug}.html",
        content_type=outlet.content_type,
        charset=outlet.charset,
        modified_at=published_at,
        values={
            "outlet": outlet,
            "story": story,
            "published_at": published_at,
            "related": edition.list_related(story),
        },
    )


def _render(edition: Edition, draft: _Draft) -> Document:
    text = _load_templates().get_template(draft.template).render(draft.values, edition=edition)
    return Document(
        body=text.encode(draft.charset, errors="xmlcharrefreplace"),
        content_type=draft.content_type,
        modified_at=draft.modified_at,
        status=draft.status,
    )


@cache
def _load_templates() -> Environment:
    templates = Environment(
        loader=PackageLoader("monitor.demo"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    templates.filters["rfc822"] = format_datetime
    return templates
