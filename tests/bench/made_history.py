"""A made history of any size: companies by Zipf's law, versions, and deliveries of every kind."""

import random
from collections.abc import Sequence
from datetime import datetime, timedelta

from monitor.models import (
    Alert,
    Article,
    Event,
    EventType,
    Evidence,
    Field,
    Judgement,
    Modality,
    Novelty,
    Participant,
    Pulse,
    Rhythm,
    Severity,
    Source,
    SourceKind,
    StoredArticle,
    Stripped,
    StripReason,
)
from monitor.store import Session, Store, articles, browse, deliveries, feedback, news, rhythms, searches, sources

SOURCES = tuple(
    Source(name=name, kind=SourceKind.FEED, url=f"https://{name}.example/feed")
    for name in ("meridian-wire", "quay-ledger", "harbour-times", "north-desk", "the-exchange")
)
_BEGINNINGS = ("Al", "Bir", "Ce", "Dun", "Elm", "Far", "Glen", "Har", "Iv", "Juni", "Kel", "Lor", "Mar", "Nor", "Ost")
_ENDINGS = ("der", "chway", "dar", "more", "field", "row", "side", "low", "ory", "per", "ton", "ville", "stead", "wick")
_SECOND = ("Motors", "Labs", "Cloud", "Energy", "Foods", "Pharma", "Systems", "Bank", "Air", "Steel")
_OTHERS = tuple(
    f"{beginning}{ending} {_SECOND[(row + column) % len(_SECOND)]}"
    for row, ending in enumerate(_ENDINGS)
    for column, beginning in enumerate(_BEGINNINGS)
    if row + column
)
COMPANIES = ("Alder Motors", "Birchway Motors", *_OTHERS)
_PROSE = (
    "the company said on Monday that it would supply more parts of its new plant under an agreement which both sides "
    "had signed in spring and analysts expected revenue margins costs orders cloud steel contract exclusive"
)
_WORDS = _PROSE.split()
_SENTENCES = {
    EventType.NEW_PARTNERSHIP: "{a} and {b} have signed a partnership on {s}.",
    EventType.EXPANSION: "{a} widens its work with {b} on {s}.",
    EventType.EXCLUSIVITY_LOST: "{a} loses its exclusive role as supplier of {s} to {b}.",
    EventType.RIGHT_OF_FIRST_REFUSAL: "{a} keeps a right of first refusal on {s} of {b}.",
    EventType.DISPUTE: "{a} takes {b} to court over {s}.",
    EventType.TERMINATION: "{a} ends its contract with {b} on {s}.",
    EventType.IN_TALKS: "{a} is in talks with {b} about {s}.",
    EventType.EXTENSION_RENEWAL: "{a} and {b} extend their agreement on {s} by five years.",
}
_MODALITIES = (Modality.CONFIRMED,) * 6 + (Modality.REPORTED,) * 3 + (Modality.SPECULATED, Modality.DENIED)
_SUBJECTS = (None, None, "cloud", "batteries", "distribution")


def fill_history(
    store: Store, *, count: int, now: datetime, days: int = 90, event_share: float = 0.1, batch: int = 1000
) -> None:
    """Store so many articles, spread over the days before `now`; one in `1 / event_share` tells a change."""
    chance = random.Random(7)  # noqa: S311 - to be the same each time
    maker = _Maker(chance, now, timedelta(days=days))
    for start in range(0, count, batch):
        with store.write() as session:
            for number in range(start, min(start + batch, count)):
                maker.add(session, number, 1 - number / count, is_news=chance.random() < event_share or number == 0)
    with store.write() as session:
        for source in SOURCES:
            sources.record_success(session, source.name, now)
            rhythms.save_pulse(session, source, Pulse(rhythm=_make_rhythm(chance)))
        sources.record_failure(session, SOURCES[3].name, now, error="status: 503", not_before=now + timedelta(hours=1))


def answer_alerts(store: Store, *, now: datetime) -> None:
    """Do what readers do: save a search, acknowledge every second story, judge every seventh alert."""
    chance = random.Random(7)  # noqa: S311 - as above
    with store.write() as session:
        searches.save_search(session, "Exclusive steel", {"q": "exclusiv* NEAR/9 steel", "type": "dispute"}, now)
        newest = browse.newest_alert(session)
        for alert in range(1, newest + 1, 7):
            feedback.record_judgement(session, alert, chance.choice(list(Judgement)), now)
        for story in browse.list_stories(session, limit=newest)[::2]:
            news.acknowledge_story(session, story.id, now)


class _Maker:
    def __init__(self, chance: random.Random, now: datetime, span: timedelta) -> None:
        self._chance = chance
        self._now = now
        self._span = span
        self._weights = [1 / (rank + 1) for rank in range(len(COMPANIES))]
        self._last: tuple[int, Event] | None = None

    def add(self, session: Session, number: int, age: float, *, is_news: bool) -> None:
        """Store an article as old as a share of the span; one that is news with its event, alert and deliveries."""
        at = self._now - self._span * age
        event = self._make_event() if is_news else None
        source = SOURCES[number % len(SOURCES)]
        title = event.evidence.sentence.rstrip(".") if event else f"{self._words(7).capitalize()}"
        paragraphs = [event.evidence.sentence] if event else []
        article = Article(
            url=f"https://{source.name}.example/{number}",
            title=title,
            text="\n\n".join([*paragraphs, *(self._words(60).capitalize() + "." for _ in range(5))]),
            published_at=at,
            site_name=source.name.replace("-", " ").title(),
            language="en",
            stripped=(
                Stripped(text="Sign up for our newsletter", reason=StripReason.WORDING, where="div.sign-up"),
                Stripped(text="More from us: ten stocks to watch", reason=StripReason.NAMED, where="aside.related"),
            ),
        )
        stored = articles.add_article(session, article, source=source.name, digest=str(number), now=at)
        if event:
            if number % 5 == 0:
                stored = self._revise(session, stored, number, at)
            self._tell(session, stored, event, at)

    def _revise(self, session: Session, stored: StoredArticle, number: int, at: datetime) -> StoredArticle:
        text = stored.article.text.replace("said on Monday", "confirmed on Tuesday") + "\n\nThis article was updated."
        newer = Article(**{name: getattr(stored.article, name) for name in Article.__slots__} | {"text": text})
        return articles.revise_article(session, stored, newer, digest=f"{number} again", now=at + timedelta(minutes=5))

    def _tell(self, session: Session, stored: StoredArticle, event: Event, at: datetime) -> None:
        story = news.open_story(session, at)
        told = [event, *self._make_second(event)]
        ids = [
            news.add_event(session, one, stored=stored, story_id=story, novelty=Novelty.NEW_STORY, now=at)
            for one in told
        ]
        alert = news.add_alert(session, ids, stored=stored, story_id=story, novelty=Novelty.NEW_STORY, now=at)
        self._deliver(session, alert, at)

    def _deliver(self, session: Session, alert: Alert, at: datetime) -> None:
        """Send an alert by both routes; one in fifty by mail is refused for good."""
        for route in ("desk", "mail"):
            deliveries.add_delivery(session, alert, route=route, target=route, group=str(alert.id), due_at=at)
            (due,) = deliveries.next_due(session, at, target=route)
            if route == "mail" and alert.id % 50 == 0:
                deliveries.mark_failed(session, [due.id], "552 mailbox full", due_at=None)
            else:
                deliveries.mark_sent(session, [due.id], at)

    def _make_event(self) -> Event:
        left, right = self._pick_pair()
        kind = self._chance.choice(list(_SENTENCES))
        subject = self._chance.choice(_SUBJECTS)
        sentence = _SENTENCES[kind].format(a=left, b=right, s=subject or "parts")
        return Event(
            type=kind,
            participants=(Participant(name=left, is_watched=True), Participant(name=right)),
            modality=self._chance.choice(_MODALITIES),
            evidence=Evidence(field=Field.TEXT, start=0, end=len(sentence), sentence=sentence),
            rule=kind.value.replace("_", "-"),
            severity=Severity.HIGH if kind is EventType.TERMINATION else Severity.NORMAL,
            subject=subject,
        )

    def _make_second(self, event: Event) -> list[Event]:
        """Return a second event of one article in twenty."""
        if self._chance.random() > 0.05:
            return []
        names = {name: getattr(event, name) for name in Event.__slots__}
        return [Event(**names | {"type": EventType.TERMS_CHANGED, "rule": "terms-changed"})]

    def _pick_pair(self) -> tuple[str, str]:
        left, right = self._chance.choices(COMPANIES, self._weights, k=2)
        return (left, right) if left != right else (COMPANIES[0], COMPANIES[1])

    def _words(self, count: int) -> str:
        return " ".join(self._chance.choices(_WORDS, k=count))


def _make_rhythm(chance: random.Random) -> Rhythm:
    by_day: Sequence[float] = [1 + 9 * (7 <= hour <= 18) + chance.random() for hour in range(24)]
    return Rhythm(arrivals=tuple(by_day) * 7, hours=(3.0,) * 168)


def make_event(sentence: str, participants: tuple[Participant, ...]) -> Event:
    """Return an event that a text of one sentence tells."""
    return Event(
        type=EventType.TERMINATION,
        participants=participants,
        modality=Modality.CONFIRMED,
        evidence=Evidence(field=Field.TEXT, start=0, end=len(sentence), sentence=sentence),
        rule="termination",
    )
