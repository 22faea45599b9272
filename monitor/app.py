"""The composition root: builds every object, closes every object, and is the one that looks at the clock."""

import asyncio
import logging
import random
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

from rich.console import Console

from monitor.config import CONSOLE, Settings
from monitor.demo import start_demo_site
from monitor.detect import Ruleset, compile_rules, load_pack
from monitor.errors import ConfigError
from monitor.fetch import Fetcher
from monitor.models import PRIMARY_TIERS, Route, Source, Target
from monitor.notify import Notifier, Writer, check_route, route_faults, targets_of, template_faults
from monitor.outbox import Postman
from monitor.record import Tools
from monitor.sandbox import Sandbox
from monitor.store import Store, deliveries

log = logging.getLogger(__name__)


def utc_now() -> datetime:
    """Return the time: the only place that looks at the clock."""
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class App:
    """A monitor, ready to check and to send."""

    settings: Settings
    tools: Tools
    postman: Postman
    stopping: asyncio.Event
    """Set when no more work shall be begun."""

    @property
    def sources(self) -> tuple[Source, ...]:
        """The sources that are on."""
        return sources_on(self.settings)


def is_on(source: Source, settings: Settings) -> bool:
    """Return whether a source is to be checked: not while it needs a contact that nobody gave."""
    return bool(settings.main.contact) or not source.needs_contact


def sources_on(settings: Settings) -> tuple[Source, ...]:
    """Return the sources that are to be checked."""
    return tuple(source for source in settings.sources if is_on(source, settings))


@asynccontextmanager
async def open_app(settings: Settings, *, console: Console, patience: float = 0) -> AsyncIterator[App]:
    """Build a monitor that prints to `console` and owns its database; AlreadyRunning if another one does so long."""
    async with AsyncExitStack() as stack:
        check_routes(settings)
        store = stack.enter_context(open_store(settings))
        store.lock(patience=patience)
        fetcher = await stack.enter_async_context(Fetcher(settings.main.fetch, now=utc_now))
        sandbox = stack.enter_context(open_sandbox(settings))
        notifier = Notifier(list_senders(settings), post=fetcher.post, console=console)
        stack.push_async_callback(notifier.aclose)
        _clear_outbox(store, settings)
        tools = Tools(
            store=store,
            fetcher=fetcher,
            sandbox=sandbox,
            ruleset=build_ruleset(settings),
            routes=settings.routes,
            settings=settings.main.check,
            now=utc_now,
            primary_sources=frozenset(one.name for one in settings.sources if one.tier in PRIMARY_TIERS),
        )
        stopping = asyncio.Event()
        postman = Postman(
            store=store,
            notifier=notifier,
            routes=settings.routes,
            targets=tuple(target.name for target in settings.targets),
            settings=settings.main.notify,
            now=utc_now,
            jitter=random.random,
            writer=build_writer(settings),
            is_stopping=stopping.is_set,
        )
        yield App(settings=settings, tools=tools, postman=postman, stopping=stopping)


def _clear_outbox(store: Store, settings: Settings) -> None:
    """Free what an earlier process was sending, and tell of alerts for routes that are gone."""
    with store.write() as session:
        deliveries.release_leases(session)
        strays = deliveries.bury_strays(session, list_addresses(settings.routes))
    for route, count in strays.items():
        log.error("deliveries are dead: routes.toml has no such route", extra={"route": route, "deliveries": count})


@contextmanager
def open_store(settings: Settings) -> Iterator[Store]:
    """Open the database for reading or writing, beside a daemon or not."""
    store = Store(Path(settings.main.database))
    try:
        yield store
    finally:
        store.close()


@contextmanager
def open_sandbox(settings: Settings, *, workers: int = 1) -> Iterator[Sandbox]:
    """Start the process in which strangers' pages are read."""
    check = settings.main.check
    sandbox = Sandbox(seconds=check.parse_seconds, megabytes=check.parse_megabytes, workers=workers)
    try:
        yield sandbox
    finally:
        sandbox.close()


def build_ruleset(settings: Settings) -> Ruleset:
    """Compile the built-in pack and the user's own rules."""
    return compile_rules((*load_pack(), *settings.rules), settings.companies)


def build_writer(settings: Settings) -> Writer:
    """Compile the templates of messages."""
    return Writer(settings.templates, settings.targets, page_url=settings.main.page.url)


def list_senders(settings: Settings) -> tuple[Route, ...]:
    """Return what the notifier sends to: a bare route for each target."""
    return tuple(Route(name=target.name, url=target.url) for target in settings.targets)


def list_addresses(routes: Sequence[Route]) -> list[tuple[str, str]]:
    """Return each route with each target that may get something of it."""
    return [
        (route.name, target)
        for route in routes
        for target in (*targets_of(route), *([route.fallback] if route.fallback else []))
    ]


def check_routes(settings: Settings) -> None:
    """Raise ConfigError if a target's URL, a route's times or a template cannot be used."""
    problems = [f"routes.toml: {problem}" for sender in list_senders(settings) if (problem := check_route(sender))]
    problems += [f"routes.toml: {route.name!r}: {fault}" for route in settings.routes for fault in route_faults(route)]
    problems += [f"routes.toml: {one.name!r}: {fault}" for one in settings.templates for fault in template_faults(one)]
    if problems:
        raise ConfigError(problems, hint="see `monitor notify test ROUTE`, and for templates the README")


@contextmanager
def add_demo(settings: Settings, *, speed: float = 1.0) -> Iterator[Settings]:
    """Start the demo site and give settings that watch it too: the only private address that the guard lets through."""
    with start_demo_site(now=utc_now, speed=speed) as site:
        main = settings.main
        fetch = replace(
            main.fetch, allow=(*main.fetch.allow, site.address), delay_seconds=min(main.fetch.delay_seconds, 0.2)
        )
        routes, targets = settings.routes, settings.targets
        if not any(target.url.startswith(CONSOLE.url) for target in targets):
            routes, targets = (*routes, CONSOLE), (*targets, Target(name=CONSOLE.name, url=CONSOLE.url))
        yield replace(
            settings,
            main=replace(main, fetch=fetch),
            sources=(*settings.sources, *site.sources()),
            routes=routes,
            targets=targets,
        )
