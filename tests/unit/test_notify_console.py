"""The alert block on a terminal."""

import errno
import io

import pytest
from rich.console import Console

from monitor.errors import SendError
from monitor.models import Reply, Route, Severity
from monitor.notify import Message, Notifier

LINK = "https://news.example/2025/01/21/" + "long-" * 20
MESSAGE = Message(
    title="Acme – Globex: exclusivity lost (confirmed)",
    text=f"also: dispute (reported)\n“Globex may now [bold]rent[/bold] servers elsewhere :smile: .”\n{LINK}\nwhy: new",
    markdown="",
    html="",
    severity=Severity.HIGH,
)


async def refuse(url: str, *, body: bytes, content_type: str) -> Reply:
    raise AssertionError(f"{url} got {body!r} as {content_type}")


async def show(console: Console, message: Message = MESSAGE) -> None:
    notifier = Notifier([Route(name="here", url="console:")], post=refuse, console=console)
    await notifier.send("here", message)
    await notifier.aclose()


async def test_a_block_has_title_severity_and_indented_lines() -> None:
    out = io.StringIO()
    await show(Console(file=out, width=200))
    assert out.getvalue().splitlines() == [
        "▌ Acme – Globex: exclusivity lost (confirmed)  high",
        "  also: dispute (reported)",
        "  “Globex may now [bold]rent[/bold] servers elsewhere :smile: .”",
        f"  {LINK}",
        "  why: new",
        "",
    ]


async def test_a_block_has_colours_on_a_terminal_only() -> None:
    terminal, file = io.StringIO(), io.StringIO()
    await show(Console(file=terminal, force_terminal=True, color_system="standard"))
    await show(Console(file=file))
    assert "\x1b[1;31m" in terminal.getvalue()
    assert "\x1b" not in file.getvalue()


async def test_long_lines_wrap_at_words_and_links_stay_whole() -> None:
    out = io.StringIO()
    await show(Console(file=out, width=50))
    lines = out.getvalue().splitlines()
    assert "  “Globex may now [bold]rent[/bold] servers" in lines
    assert f"  {LINK}" in lines


async def test_an_old_encoding_gets_question_marks() -> None:
    out = io.TextIOWrapper(raw := io.BytesIO(), "ascii", write_through=True)
    await show(Console(file=out, width=200))
    assert raw.getvalue().startswith(b"? Acme ? Globex: exclusivity lost")


class FullDisk(io.StringIO):
    """A file that takes no more."""

    def write(self, text: str, /) -> int:
        raise OSError(errno.ENOSPC, f"no space for {len(text)} characters")


async def test_an_output_that_fails_is_a_temporary_failure() -> None:
    with pytest.raises(SendError, match="no space") as caught:
        await show(Console(file=FullDisk()))
    assert caught.value.is_temporary
