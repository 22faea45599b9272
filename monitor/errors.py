"""Every way to fail.

MonitorError
├── ConfigError          config/*.toml is wrong: names file, key and what is allowed
├── RuleError            a rule is wrong: names rule, column and the remedy
├── UrlError             a URL that the monitor does not follow: says why
├── FetchError           no page: says why, and whether another try helps
├── ParseError           a page, feed or sitemap cannot be read
│   └── WallError        a page that keeps robots out stands in its place
├── StoreError           the database cannot be used
│   ├── AlreadyRunning   another daemon holds this database
│   └── NewerDatabase    written by a newer version of the monitor
├── TemplateError        a message cannot be worded as its template says: names line and remedy
├── SendError            a message was not accepted: says whether another try helps
└── PageError            the history cannot be served: its port is taken
"""

from enum import StrEnum


class MonitorError(Exception):
    """Base of all errors that the monitor raises on purpose; its text is fit for users."""

    hint: str | None = None


class ConfigError(MonitorError):
    """One or more settings are wrong; `problems` holds a line for each."""

    def __init__(self, problems: list[str], *, hint: str | None = None) -> None:
        super().__init__("\n".join(problems))
        self.problems = problems
        self.hint = hint


class RuleError(MonitorError):
    """A rule cannot be compiled or fails its own tests."""


class UrlError(MonitorError):
    """A URL is not one that the monitor follows. Its text never holds the URL's user or password."""


class FetchFault(StrEnum):
    """Why a fetch gave no page."""

    BAD_URL = "bad url"
    FORBIDDEN_ADDRESS = "forbidden address"
    ROBOTS = "forbidden by robots.txt"
    WAIT = "its host asks us to wait"
    DNS = "name not found"
    CONNECT = "no connection"
    TLS = "TLS failed"
    DEADLINE = "deadline passed"
    TOO_LARGE = "too large"
    TOO_MANY_REDIRECTS = "too many redirects"
    BAD_REDIRECT = "bad redirect"
    BAD_REPLY = "bad reply"
    STATUS = "status"


class FetchError(MonitorError):
    """A URL gave no page. `is_temporary`: the next check may succeed; `retry_after_seconds`: the server's own wish."""

    def __init__(
        self,
        url: str,
        fault: FetchFault,
        detail: str = "",
        *,
        is_temporary: bool = True,
        status: int | None = None,
        retry_after_seconds: float | None = None,
    ) -> None:
        super().__init__(f"{url}: {fault}" + (f": {detail}" if detail else ""))
        self.url = url
        self.fault = fault
        self.detail = detail
        self.is_temporary = is_temporary
        self.status = status
        self.retry_after_seconds = retry_after_seconds


class ParseError(MonitorError):
    """A page, feed or sitemap is not what it should be; `url` is empty if it came from nowhere."""

    def __init__(self, url: str, detail: str) -> None:
        super().__init__(f"{url}: {detail}" if url else detail)
        self.url = url
        self.detail = detail

    def __reduce__(self) -> tuple[type["ParseError"], tuple[str, str]]:
        """Pickle by the two arguments: this error crosses from the parser's process."""
        return type(self), (self.url, self.detail)


class WallError(ParseError):
    """A page that keeps robots out came instead of what was asked for."""


class StoreError(MonitorError):
    """The database cannot be used."""


class AlreadyRunning(StoreError):  # noqa: N818 - reads as a sentence where it is raised
    """Another daemon works on this database."""


class NewerDatabase(StoreError):  # noqa: N818 - as above
    """The database was written by a newer version of the monitor."""


class TemplateError(MonitorError):
    """A template cannot be used, or not for this alert."""


class SendError(MonitorError):
    """A service did not accept a message. `is_temporary`: try again, not before `retry_after_seconds`.

    `accepted_by` has the marks of the recipients who need it no more, if some but not all do.
    """

    def __init__(
        self,
        detail: str,
        *,
        is_temporary: bool = True,
        retry_after_seconds: float | None = None,
        accepted_by: frozenset[str] = frozenset(),
    ) -> None:
        super().__init__(detail)
        self.accepted_by = accepted_by
        self.is_temporary = is_temporary
        self.retry_after_seconds = retry_after_seconds


class PageError(MonitorError):
    """The history cannot be served at the address asked for."""
