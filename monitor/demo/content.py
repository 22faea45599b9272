"""What the demo site tells: its outlets and stories, read from the package's TOML."""

import tomllib
from dataclasses import dataclass
from importlib.resources import files
from typing import Any

from monitor.models import EventType, Modality, SourceKind


@dataclass(frozen=True, slots=True, kw_only=True)
class Expectation:
    """An event that must be alerted; more companies than these may take part."""

    type: EventType
    modality: Modality
    participants: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class DemoStory:
    """An article of the demo site."""

    outlet: str
    slug: str
    after_seconds: int
    """When it appears, counted from the start; 0 is there before the first look."""
    section: str
    headline: str
    standfirst: str
    author: str
    paragraphs: tuple[str, ...]
    expect: tuple[Expectation, ...]
    """Empty: no alert at all."""
    repeat_of: str | None = None
    """Path of the story whose news this one tells again: no second alert."""

    @property
    def path(self) -> str:
        """Return where the story is served, the same in every run."""
        return f"/{self.outlet}/{self.slug}"


@dataclass(frozen=True, slots=True, kw_only=True)
class ListSource:
    """A list of an outlet's stories that the monitor watches; `path` is below the outlet's folder."""

    name: str
    kind: SourceKind
    path: str
    selector: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Box:
    """A block of furniture: the newsletter box or the marketing block."""

    title: str
    text: str
    points: tuple[str, ...] = ()
    offer: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Outlet:
    """An invented publisher and the furniture of its pages."""

    slug: str
    name: str
    tagline: str
    charset: str
    """Of its HTML."""
    content_type: str
    """The header of its HTML, with or without the charset."""
    sections: tuple[str, ...]
    newsletter: Box
    promo: Box
    sources: tuple[ListSource, ...]


def load_stories() -> tuple[DemoStory, ...]:
    """Return all stories, in order of appearance."""
    stories = (_read_story(row) for row in _load_rows("stories.toml", "stories"))
    return tuple(sorted(stories, key=lambda story: (story.after_seconds, story.path)))


def load_outlets() -> tuple[Outlet, ...]:
    """Return all outlets."""
    return tuple(_read_outlet(row) for row in _load_rows("outlets.toml", "outlets"))


def _load_rows(file: str, key: str) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = tomllib.loads(files(__package__).joinpath(file).read_text(encoding="utf-8"))[key]
    return rows


def _read_story(row: dict[str, Any]) -> DemoStory:
    text: str = row.pop("text")
    expect = tuple(_read_expectation(item) for item in row.pop("expect"))
    return DemoStory(**row, paragraphs=tuple(text.strip().split("\n\n")), expect=expect)


def _read_expectation(row: dict[str, Any]) -> Expectation:
    return Expectation(
        type=EventType(row["type"]), modality=Modality(row["modality"]), participants=tuple(row["participants"])
    )


def _read_outlet(row: dict[str, Any]) -> Outlet:
    newsletter, promo = Box(**row.pop("newsletter")), Box(**row.pop("promo"))
    sources = tuple(ListSource(**{**item, "kind": SourceKind(item["kind"])}) for item in row.pop("sources"))
    return Outlet(**{**row, "sections": tuple(row["sections"])}, newsletter=newsletter, promo=promo, sources=sources)
