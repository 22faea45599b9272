"""What is wrong with a source that shows nothing new, too little, or nothing that can be read.

A look is compared with what the source usually shows; what is usual is learned from good looks, and slowly from
those that bring news, so that no bad state becomes usual by lasting.
"""

import hashlib
from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import pairwise

from monitor.errors import FetchError, FetchFault, ParseError, WallError
from monitor.models import DateCertainty, Diagnosis, Link, Look, Pulse, Rhythm, SourceCondition
from monitor.pace.rhythm import learn

FINE = Diagnosis()
REBUILT = Diagnosis(condition=SourceCondition.RESTYLED, detail="none of its links was known before")
CHANGING = Diagnosis(condition=SourceCondition.RESTYLED, detail="all of its links are new at every look")
MIN_FAILURES = 3
"""In a row, until a source is down: servers restart."""
MIN_ODD_LOOKS = 2
"""In a row, until a source is blocked, emptied or restyled: editors publish by mistake."""
MIN_NEW_LOOKS = 6
"""In a row, until links that are all new are none of its news: they change, or looks come far too seldom."""
EMPTIED_SHARE = 0.2
MIN_USUAL_ITEMS = 5
DATED_SHARE = 0.9
LONGEST_GAPS = 2.0
"""A silence of so many times the longest gap seen is none of the rhythm's."""
PINNED_GAPS = 10
SHORTEST_SILENCE = timedelta(days=3)
"""A long weekend is no silence."""
SILENCE_WITHOUT_RHYTHM = timedelta(days=10)
MIN_ARRIVALS = 5
MAX_SHOWN = 2_000
"""Items remembered of a source that shows them in parts."""
SHOWN_LOOKS = 4
"""As many looks' items are remembered of one that shows all at once."""
MIN_SHOWN = 200
_USUAL_WEIGHT = 0.2
_ODD_WEIGHT = 0.02
"""Of an odd look that brings news: a source that lives on in another way is well again in the end."""
_REFUSALS = frozenset({401, 403, 407, 429, 451})


def observe(pulse: Pulse, look: Look, now: datetime) -> tuple[Pulse, Diagnosis | None]:
    """Return what is remembered after a look, and how the source is; None if this look does not tell."""
    if look.links is None:
        # It is as it was at the last good look: what is known of an odd page is not kept to ask by.
        pulse = replace(pulse, rhythm=learn(pulse.rhythm, (), now), odd_looks=0)
        return pulse, _judge_silence(pulse, look, now)
    shown = frozenset(map(_fingerprint, look.links))
    new = [link for link in look.links if _fingerprint(link) not in pulse.shown]
    if not look.is_whole:
        rhythm = learn(pulse.rhythm, _date_arrivals(pulse, new, now), now)
        pulse = replace(pulse, rhythm=rhythm, shown=_join_shown(pulse.shown, shown, MAX_SHOWN))
        return pulse, _judge_silence(pulse, look, now)
    oddity = _find_oddity(pulse, look.links, new)
    rhythm = learn(pulse.rhythm, _date_arrivals(pulse, new, now), now)
    is_rebuilt = not pulse.odd_looks and _is_rebuilt(pulse, look.links, new)  # else it is what came meanwhile
    pulse = replace(pulse, rhythm=rhythm, shown=_join_shown(pulse.shown, shown, SHOWN_LOOKS * len(shown)))
    if oddity:
        pulse = replace(pulse, odd_looks=pulse.odd_looks + 1)
        if new:
            pulse = _learn_usual(pulse, look.links, _ODD_WEIGHT)
        least = MIN_NEW_LOOKS if oddity is CHANGING else MIN_ODD_LOOKS
        return pulse, oddity if pulse.odd_looks >= least else None
    if is_rebuilt:
        return pulse, REBUILT
    pulse = _learn_usual(replace(pulse, odd_looks=0), look.links, _USUAL_WEIGHT)
    return pulse, _judge_silence(pulse, look, now)


def blame(error: FetchError | ParseError, failures: int) -> Diagnosis:
    """Return how a source is that could not be read for so many times in a row."""
    if isinstance(error, WallError) or _is_refusal(error):
        condition, least = SourceCondition.BLOCKED, MIN_ODD_LOOKS
    elif isinstance(error, ParseError):
        condition, least = SourceCondition.RESTYLED, MIN_ODD_LOOKS
    else:
        condition, least = SourceCondition.DOWN, MIN_FAILURES
    detail = error.detail or str(error.fault) if isinstance(error, FetchError) else error.detail
    return Diagnosis(condition=condition, detail=detail) if failures >= least else FINE


def longest_gap(rhythm: Rhythm) -> timedelta:
    """Return the longest time between the newest articles.

    What a source has kept on show for years is no part of its rhythm: the oldest go while the gap after them is many
    times all others, and enough is left to tell a rhythm by.
    """
    recent = rhythm.recent
    gaps = [later - earlier for earlier, later in pairwise(recent)]
    first = 0
    while len(gaps) - first > MIN_ARRIVALS and recent[-1] - recent[first + 1] >= SHORTEST_SILENCE:
        if gaps[first] <= PINNED_GAPS * max(gaps[first + 1 :]):
            break
        first += 1
    return max(gaps[first:], default=timedelta())


def _is_refusal(error: FetchError | ParseError) -> bool:
    return isinstance(error, FetchError) and (error.status in _REFUSALS or error.fault is FetchFault.ROBOTS)


def _find_oddity(pulse: Pulse, links: tuple[Link, ...], new: list[Link]) -> Diagnosis | None:
    """Return what is odd about the links of a look, None if nothing is."""
    count = len(links)
    usual = round(pulse.usual_items)
    if usual >= 1 and (count == 0 or (usual >= MIN_USUAL_ITEMS and count <= EMPTIED_SHARE * usual)):
        return Diagnosis(condition=SourceCondition.EMPTIED, detail=f"{count} items, usually {usual}")
    if count >= MIN_USUAL_ITEMS and pulse.usual_dated >= DATED_SHARE and not any(link.published_at for link in links):
        return Diagnosis(condition=SourceCondition.RESTYLED, detail="no dates any more")
    return CHANGING if _are_all_new(pulse, links, new) and not any(link.published_at for link in links) else None


def _is_rebuilt(pulse: Pulse, links: tuple[Link, ...], new: list[Link]) -> bool:
    """Say whether links that are all new tell old news: most of their dates go back beyond the last look."""
    if not _are_all_new(pulse, links, new):
        return False
    until = pulse.rhythm.watched_until
    old = [link for link in new if until and link.published_at and link.published_at < until]
    return len(old) * 2 > len(new)


def _are_all_new(pulse: Pulse, links: tuple[Link, ...], new: list[Link]) -> bool:
    """Say whether none of the links was there before, where there were enough to tell."""
    return len(new) == len(links) >= MIN_USUAL_ITEMS and len(pulse.shown) >= MIN_USUAL_ITEMS


def _judge_silence(pulse: Pulse, look: Look, now: datetime) -> Diagnosis:
    """Return whether nothing new for so long is more than the rhythm explains; else whether the source has moved."""
    recent = pulse.rhythm.recent
    gap = longest_gap(pulse.rhythm)
    is_known = len(recent) >= MIN_ARRIVALS
    limit = max(LONGEST_GAPS * gap, SHORTEST_SILENCE if is_known else SILENCE_WITHOUT_RHYTHM)
    if recent and now - recent[-1] > limit:
        days = (now - recent[-1]).total_seconds() / 86_400
        known = f"never more than {gap.total_seconds() / 86_400:.1f} before"
        explained = known if is_known else "and little before that"
        return Diagnosis(condition=SourceCondition.FROZEN, detail=f"nothing new for {days:.0f} days, {explained}")
    if look.moved_to:
        return Diagnosis(condition=SourceCondition.MOVED, detail=look.moved_to)
    return FINE


def _learn_usual(pulse: Pulse, links: tuple[Link, ...], weight: float) -> Pulse:
    count = len(links)
    dated = sum(link.published_at is not None for link in links) / count if count else pulse.usual_dated
    weight = weight if pulse.usual_items else 1.0
    return replace(
        pulse,
        usual_items=pulse.usual_items + weight * (count - pulse.usual_items),
        usual_dated=pulse.usual_dated + weight * (dated - pulse.usual_dated),
    )


def _date_arrivals(pulse: Pulse, new: Iterable[Link], now: datetime) -> list[datetime]:
    """Return when new links came: as they say, if they say it exactly and it can be; else now.

    At the first look what is not dated came at any time before, and tells nothing but that there was something.
    """
    is_first = pulse.rhythm.watched_until is None
    since = pulse.rhythm.watched_until or datetime.min.replace(tzinfo=now.tzinfo)
    found = []
    for link in new:
        is_told = link.published_at is not None and link.published_certainty is DateCertainty.EXACT
        if link.published_at is not None and (is_told or is_first) and since <= link.published_at <= now:
            found.append(link.published_at)
        elif not is_first:
            found.append(now)
    return found or ([now] if is_first else [])


def _join_shown(before: frozenset[int], shown: frozenset[int], max_shown: int) -> frozenset[int]:
    """Return what a source shows and what it showed before, so that what goes and comes again is not new.

    The latter is forgotten where it is more than `max_shown`, and more than MIN_SHOWN.
    """
    return before | shown if len(before) <= max(max_shown, MIN_SHOWN) else shown


def _fingerprint(link: Link) -> int:
    """Return 48 bits of a link's address."""
    return int.from_bytes(hashlib.sha256(link.url.encode()).digest()[:6], "big")
