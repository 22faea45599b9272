"""What is wrong with settings of which each value is right by itself. Nothing here is read from files."""

import html
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from zoneinfo import ZoneInfo

from monitor.discover import discover
from monitor.errors import ParseError, UrlError
from monitor.extract import check_selector
from monitor.models import Page, Route, Source, SourceKind, Target
from monitor.urls import canonical_url, name_of_host

_MAX_PAGE_URL_CHARS = 200
"""It stands in every message."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RouteNames:
    """The names that a route may use."""

    companies: frozenset[str]
    sets: frozenset[str]
    targets: frozenset[str]
    templates: frozenset[str] = frozenset()


def route_faults(route: Route, names: RouteNames) -> Iterator[str]:
    """Yield which names of a route there are not."""
    fallback = [route.fallback] if route.fallback else []
    yield from _unknown("company", route.companies, names.companies, "the names of companies.toml")
    yield from _unknown("set", route.sets, names.sets, "those of [sets] of companies.toml")
    yield from _unknown("target", (*route.targets, *fallback), names.targets, ", ".join(sorted(names.targets)))
    yield from _template_faults(route.template, names)


def target_faults(target: Target, names: RouteNames) -> Iterator[str]:
    """Yield which names of a target there are not."""
    yield from _template_faults(target.template, names)


def page_faults(url: str) -> Iterator[str]:
    """Yield what is wrong with the address under which readers reach the page."""
    if not url:
        return
    try:
        is_base = not {"?", "#"} & set(canonical_url(url)) and len(html.escape(url)) <= _MAX_PAGE_URL_CHARS
    except UrlError:
        is_base = False
    if not is_base:
        yield f"{url!r} is no address, of 200 characters at most, to which others can be added; as in https://monitor.example"


def host_faults(hosts: Iterable[str]) -> Iterator[str]:
    """Yield which names under which the page shall answer are none."""
    for host in hosts:
        try:
            name_of_host(host)
        except UrlError:
            yield f"{host!r} is no name of a host, as monitor.example"


def _template_faults(template: str | None, names: RouteNames) -> Iterator[str]:
    allowed = ", ".join(sorted(names.templates)) or "the names of [[templates]], of which there are none"
    yield from _unknown("template", [template] if template else [], names.templates, allowed)


def set_faults(sets: Mapping[str, Iterable[str]], names: RouteNames) -> Iterator[str]:
    """Yield what is wrong with the sets of companies."""
    for name, members in sets.items():
        for fault in _unknown("company", members, names.companies, "the names of companies.toml"):
            yield f"{name!r}: {fault}"


def resolve_sets(route: Route, sets: Mapping[str, Iterable[str]]) -> Route:
    """Return a route whose companies are those it names and those of its sets."""
    members = (company for name in route.sets for company in sets.get(name, ()))
    return replace(route, companies=tuple(dict.fromkeys((*route.companies, *members))))


def _unknown(kind: str, used: Iterable[str], known: Collection[str], allowed: str) -> Iterator[str]:
    for name in dict.fromkeys(used):
        if name not in known:
            yield f"unknown {kind} {name!r}; allowed are {allowed}"


def source_faults(source: Source) -> Iterator[str]:
    """Yield what is wrong with a source."""
    try:
        canonical_url(source.url)
    except UrlError as error:
        yield f"url: {str(error).rpartition(': ')[2]}"  # without the URL, of which any part may be secret
    for selector in (*source.blocks.keep_selectors, *source.blocks.drop_selectors):
        try:
            check_selector(selector)
        except ParseError as error:
            yield f"blocks: {error.detail}"
    if source.selector is None:
        return
    if source.kind != SourceKind.LISTING:
        yield f"selector is for kind 'listing', not {source.kind.value!r}"
    elif not _is_selector(source):
        yield f"selector: {source.selector!r} is not a CSS selector"


def zone_faults(name: str) -> Iterator[str]:
    """Yield what is wrong with the name of a time zone, if anything; none at all is fine."""
    try:
        if name:
            ZoneInfo(name)
    except (KeyError, OSError, ValueError):  # unknown, a folder of zones, no path
        yield f"zone: {name!r} is no time zone, as Europe/Berlin or UTC"


def _is_selector(source: Source) -> bool:
    """Say whether a listing's selector can be read: on a page of one link, as the other choice beside that link."""
    url = "https://example.org/"
    page = Page(url=url, requested_url=url, status=200, content_type="text/html", body=b"<a href=a>a</a>")
    try:
        discover(replace(source, selector=f"a, {source.selector}"), page)
    except ParseError:
        return False
    return True
