"""Who takes an alert or a notice, and why. Deciding code only: it reads no clock and no database."""

import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from monitor.models import Alert, Conditions, Event, GroupBy, Notice, Novelty, Route, Severity, Silence, Subject

_RANKS = {severity: rank for rank, severity in enumerate(Severity)}
_TOGETHER = "all"
"""The group of a route that sends everything together."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """One condition, and whether it holds."""

    condition: str
    """Its key."""
    wanted: str
    found: str
    holds: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class RouteVerdict:
    """Whether a route takes an alert, and why."""

    route: Route
    checks: tuple[Check, ...]
    """Those of the event that comes closest; empty if the route has no conditions."""
    stopped_by: str = ""
    """The route above that keeps the alert for itself."""

    @property
    def is_taken(self) -> bool:
        """Whether the alert goes to this route."""
        return not self.stopped_by and all(check.holds for check in self.checks)


def routes_for(told: Alert | Notice, routes: Sequence[Route]) -> tuple[Route, ...]:
    """Return the routes that take an alert or a notice, in their own order."""
    return tuple(verdict.route for verdict in explain_routes(told, routes) if verdict.is_taken)


def explain_routes(told: Alert | Notice, routes: Sequence[Route]) -> Iterator[RouteVerdict]:
    """Yield each route's verdict on an alert or a notice.

    A route takes an alert that is as severe as it asks, from a source and in a language that it lists, and of which one
    and the same event is of a type, has a modality, a participant and a tag that it lists; an empty list takes all.
    """
    stopped_by = ""
    for route in routes:
        checks = (*_check_subject(told, route), *_explain(told, route))
        verdict = RouteVerdict(route=route, checks=checks, stopped_by=stopped_by)
        yield verdict
        if verdict.is_taken and route.stop:
            stopped_by = route.name


def targets_of(route: Route) -> tuple[str, ...]:
    """Return the names of the targets to which a route sends."""
    return tuple(dict.fromkeys((*([route.name] if route.url else []), *route.targets)))


def group_of(told: Alert | Notice, route: Route) -> str:
    """Return the name of the group in which a route sends an alert or a notice; equal names are one message."""
    if route.group_by is None:
        return _TOGETHER if route.digest else _name_alone(told)
    if not route.group_by:
        return _TOGETHER
    if isinstance(told, Notice):
        return _name_alone(told)
    return " · ".join(_name_part(told, part) for part in route.group_by)


def find_silence(told: Alert | Notice, route: str, silences: Iterable[Silence]) -> Silence | None:
    """Return the first silence that keeps an alert or a notice from a route."""
    return next((silence for silence in silences if _is_silenced(told, route, silence)), None)


def is_known_story(alert: Alert, *, is_reminder: bool) -> bool:
    """Return whether somebody who knows the alert's story need not be told this of it; a change of state is new."""
    return is_reminder or alert.novelty is Novelty.FOLLOW_UP


def is_as_severe(severity: Severity, least: Severity) -> bool:
    """Return whether `severity` is at least `least`."""
    return _RANKS[severity] >= _RANKS[least]


def _is_silenced(told: Alert | Notice, route: str, silence: Silence) -> bool:
    if silence.routes and route not in silence.routes:
        return False
    if silence.stories and (isinstance(told, Notice) or told.story_id not in silence.stories):
        return False
    return all(check.holds for check in _explain(told, silence))


def _explain(told: Alert | Notice, conditions: Conditions) -> tuple[Check, ...]:
    """Return how each condition fares."""
    own = _check_severity(told, conditions)
    if isinstance(told, Notice):
        sources = [told.name] if told.about is Subject.SOURCES else []
        return (*own, *_check("sources", conditions.sources, sources), *_refuse_notice(conditions))
    languages = [told.language or "unknown"]
    own = (
        *own,
        *_check("sources", conditions.sources, [told.source]),
        *_check("languages", conditions.languages, languages),
    )
    return (*own, *max((_check_event(event, conditions) for event in told.events), key=_count_held, default=()))


def _check_subject(told: Alert | Notice, route: Route) -> tuple[Check, ...]:
    """Return whether a route is about this at all; nothing where that goes without saying."""
    subject = told.about if isinstance(told, Notice) else Subject.NEWS
    return () if route.about == (subject,) else _check("about", route.about, [subject])


def _check_severity(told: Alert | Notice, conditions: Conditions) -> tuple[Check, ...]:
    least = conditions.min_severity
    if least is Severity.LOW:
        return ()
    holds = is_as_severe(told.severity, least)
    return (Check(condition="min_severity", wanted=least, found=told.severity, holds=holds),)


def _check_event(event: Event, conditions: Conditions) -> tuple[Check, ...]:
    names = [participant.name for participant in event.participants]
    return (
        *_check("types", conditions.types, [event.type]),
        *_check("modalities", conditions.modalities, [event.modality]),
        *_check("companies", conditions.companies, names),
        *_check("tags", conditions.tags, event.tags),
    )


def _refuse_notice(conditions: Conditions) -> Iterator[Check]:
    """Yield a check that fails for each condition on what only news has."""
    for key in ("types", "modalities", "companies", "tags", "languages"):
        yield from _check(key, getattr(conditions, key), [])


def _check(condition: str, wanted: Sequence[str], found: Sequence[str]) -> tuple[Check, ...]:
    """Return how a list fares; nothing if it takes all."""
    if not wanted:
        return ()
    holds = not _fold_all(wanted).isdisjoint(_fold_all(found))
    return (Check(condition=condition, wanted=", ".join(wanted), found=", ".join(found), holds=holds),)


def _count_held(checks: tuple[Check, ...]) -> int:
    return sum(check.holds for check in checks)


def _name_alone(told: Alert | Notice) -> str:
    return f"notice {told.id}" if isinstance(told, Notice) else f"alert {told.id}"


def _name_part(alert: Alert, part: GroupBy) -> str:
    event = alert.events[0]
    parts = {
        GroupBy.ALERT: _name_alone(alert),
        GroupBy.STORY: f"story {alert.story_id}",
        GroupBy.COMPANIES: ", ".join(sorted(_fold_all([participant.name for participant in event.participants]))),
        GroupBy.TYPE: event.type,
        GroupBy.MODALITY: event.modality,
        GroupBy.SEVERITY: alert.severity,
        GroupBy.SOURCE: alert.source,
        GroupBy.LANGUAGE: alert.language or "unknown language",
    }
    return parts[part]


def _fold_all(names: Sequence[str]) -> set[str]:
    """Return the names without case, width and spacing: both sides name companies as the watch list does."""
    return {" ".join(unicodedata.normalize("NFKC", name).casefold().split()) for name in names}
