"""Which routes an alert takes."""

import unicodedata
from collections.abc import Sequence

from monitor.models import Alert, Event, Route, Severity

_RANKS = {severity: rank for rank, severity in enumerate(Severity)}


def routes_for(alert: Alert, routes: Sequence[Route]) -> tuple[Route, ...]:
    """Return the routes that take `alert`, in their own order.

    A route takes it when the alert is at least as severe as the route asks, and one and the same of its events is of a
    type, has a modality and has a participant that the route lists; an empty list takes all.
    """
    return tuple(
        route
        for route in routes
        if _RANKS[alert.severity] >= _RANKS[route.min_severity]
        and any(_is_wanted(event, route) for event in alert.events)
    )


def _is_wanted(event: Event, route: Route) -> bool:
    """Return whether `event` is what the route's lists ask for."""
    return (
        (not route.types or event.type in route.types)
        and (not route.modalities or event.modality in route.modalities)
        and (not route.companies or not _fold_all(route.companies).isdisjoint(_names_of(event)))
    )


def _names_of(event: Event) -> set[str]:
    return _fold_all([participant.name for participant in event.participants])


def _fold_all(names: Sequence[str]) -> set[str]:
    """Return the names without case, width and spacing: both sides name companies as the watch list does."""
    return {" ".join(unicodedata.normalize("NFKC", name).casefold().split()) for name in names}
