"""The terminal: the default route, for a first look and for logs."""

from rich.console import Console
from rich.text import Text

from monitor.errors import SendError
from monitor.models import Severity
from monitor.notify.message import Message

_COLOURS = {Severity.HIGH: "bold red", Severity.NORMAL: "bold yellow", Severity.LOW: "bold cyan"}
_STYLES = {
    r"^also:": "bold",
    r"^“.*”$": "italic",
    r"^https?://\S+$": "underline blue",
    r"^why: .*": "dim",
}
"""How the lines of a message look; on a terminal only."""
_MIN_WIDTH = 40


def check_console_url(url: str) -> str | None:
    """Return what is wrong with `url`, or None."""
    return None if url.lower() in {"console:", "console://"} else "console: takes no address"


async def print_message(message: Message, *, console: Console) -> None:
    """Print `message` as a block; raise SendError when the output cannot be written."""
    try:
        console.print(_draw_block(message, console), no_wrap=True, overflow="ignore", crop=False)
    except OSError as error:
        raise SendError(f"the console cannot be written: {error}") from error


def _draw_block(message: Message, console: Console) -> Text:
    """Return the title behind a bar in the colour of its severity, the lines below indented, and a blank line."""
    colour = _COLOURS[message.severity]
    bar, title, text = (_fit_encoding(text, console.encoding) for text in ("▌ ", message.title, message.text))
    block = _indent(Text(f"{title}  {message.severity}"), Text(bar, colour), console)
    for line in text.splitlines():
        block += _indent(_style_line(line), Text("  "), console)
    return Text("\n").join([*block, Text()])


def _style_line(line: str) -> Text:
    text = Text(line)
    for pattern, style in _STYLES.items():
        text.highlight_regex(pattern, style)
    return text


def _indent(text: Text, indent: Text, console: Console) -> list[Text]:
    """Return `text` in lines of the console's width; a link stays whole, so that it can be clicked and copied."""
    is_link = text.plain.startswith(("https://", "http://"))
    lines = [text] if is_link else text.wrap(console, max(console.width, _MIN_WIDTH) - len(indent))
    for line in lines:
        line.rstrip()
    return [indent + line for line in lines]


def _fit_encoding(text: str, encoding: str) -> str:
    """Return `text` with "?" for what a console in an old encoding cannot show."""
    return text.encode(encoding, "replace").decode(encoding)
