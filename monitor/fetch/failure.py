"""How the steps of a fetch say that they failed; the client adds the URL."""

from monitor.errors import FetchFault


class Failure(Exception):  # noqa: N818 - reads as a sentence where it is raised
    """A step of a fetch failed. Never leaves this package: the client raises it as FetchError."""

    def __init__(
        self,
        fault: FetchFault,
        detail: str = "",
        *,
        is_temporary: bool = True,
        status: int | None = None,
        retry_after_seconds: float | None = None,
    ) -> None:
        super().__init__(f"{fault}: {detail}")
        self.fault = fault
        self.detail = detail
        self.is_temporary = is_temporary
        self.status = status
        self.retry_after_seconds = retry_after_seconds

    def copy(self) -> "Failure":
        """Return the same failure without its traceback, to keep or to raise once more."""
        return Failure(
            self.fault,
            self.detail,
            is_temporary=self.is_temporary,
            status=self.status,
            retry_after_seconds=self.retry_after_seconds,
        )
