"""One run of the demo site: what can be read at a given moment."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from monitor.demo.content import DemoStory, Outlet

_RELATED_STORIES = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Edition:
    """The stories and outlets of one run, its address and its start."""

    stories: tuple[DemoStory, ...]
    """In order of appearance."""
    outlets: tuple[Outlet, ...]
    base_url: str
    """Without a slash at the end."""
    started_at: datetime
    speed: float = 1.0
    """2 shows the stories in half the time."""

    def published_at(self, story: DemoStory) -> datetime:
        """Return when `story` appears."""
        return self.started_at + timedelta(seconds=story.after_seconds / self.speed)

    def list_published(self, now: datetime) -> list[DemoStory]:
        """Return the stories that can be read at `now`, newest first; those of the start always."""
        return [s for s in reversed(self.stories) if not s.after_seconds or self.published_at(s) <= now]

    def list_related(self, story: DemoStory) -> list[DemoStory]:
        """Return the stories that `story` links to: older ones, those of its own outlet first.

        What appears later is left out, so that a page never changes once it is there.
        """
        older = [s for s in self.stories if s.after_seconds <= story.after_seconds and s != story]
        older.sort(key=lambda s: (s.outlet == story.outlet, s.after_seconds), reverse=True)
        return older[:_RELATED_STORIES]
