"""Record what a process writes to its database, and what a power cut at any moment would leave of it.

strace tells every write and every fsync. What is synced, stays; of what was written since, any 512-byte sectors may be
there or not, in any order: so do disks with caches.
"""

import re
import subprocess
import sys
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from random import Random

SECTOR_BYTES = 512
_BYTES = r"(?:\\x[0-9a-f]{2})*"
_CALL = re.compile(
    rf'^(?P<name>\w+)\(\d+<(?P<file>{_BYTES})>(?:, "(?P<data>{_BYTES})", \d+)?(?:, (?P<place>\d+))?\) += (?!-)'
)
_CALLS = "write,pwrite64,fsync,fdatasync,ftruncate"


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """One call of the process."""

    name: str
    file: str
    data: bytes
    place: int
    """Offset of a write, size after a truncation."""


@dataclass(slots=True)
class Disk:
    """One file: what is safe, and what was done to it since."""

    safe: bytearray = field(default_factory=bytearray)
    since: list[Call] = field(default_factory=list)

    def sync(self) -> None:
        for call in self.since:
            apply(self.safe, call)
        self.since.clear()

    def cut(self, chance: Random) -> bytes:
        """Return what is left when the power goes."""
        left = bytearray(self.safe)
        share = chance.choice((0.0, 0.5, 0.9, 1.0))
        for call in self.since:
            for piece in split(call):
                if chance.random() < share:
                    apply(left, piece)
        return bytes(left)


def record(command: list[str], trace: Path) -> list[Call]:
    """Run a command of one thread under strace; return what it did to files."""
    options = ["-qq", "-y", "-xx", "-s", "100000", "-e", f"trace={_CALLS}", "-o", str(trace)]
    subprocess.run(["strace", *options, sys.executable, *command], check=True, stdout=subprocess.PIPE)  # noqa: S603, S607 - our own
    with trace.open() as lines:
        return [read_call(match) for line in lines if (match := _CALL.match(line))]


def read_call(match: re.Match[str]) -> Call:
    file = unescape(match["file"]).decode(errors="replace").rpartition("/")[2]
    return Call(name=match["name"], file=file, data=unescape(match["data"] or ""), place=int(match["place"] or 0))


def unescape(text: str) -> bytes:
    """Return what strace -xx wrote as hexadecimal numbers."""
    return bytes.fromhex(text.replace("\\x", ""))


def apply(content: bytearray, call: Call) -> None:
    """Do to `content` what a call does to its file."""
    if call.name == "ftruncate":
        del content[call.place :]
        content.extend(bytes(call.place - len(content)))
        return
    content.extend(bytes(max(call.place - len(content), 0)))
    content[call.place : call.place + len(call.data)] = call.data


def split(call: Call) -> Iterator[Call]:
    """Yield the sectors of a write; a truncation is one piece."""
    if call.name == "ftruncate":
        yield call
        return
    start = 0
    while start < len(call.data):
        end = start + SECTOR_BYTES - (call.place + start) % SECTOR_BYTES
        yield Call(name=call.name, file=call.file, data=call.data[start:end], place=call.place + start)
        start = end


def cut_power(calls: list[Call], moments: set[int], chance: Random) -> Iterator[tuple[list[bytes], dict[str, bytes]]]:
    """Yield for each moment, counted in calls, what had been told on standard output, and the files that are left."""
    disks: dict[str, Disk] = defaultdict(Disk)
    told: list[bytes] = []
    for moment, call in enumerate(calls):
        if call.name == "write":  # SQLite writes at offsets, so this is the process telling
            told.append(call.data)
        elif call.name in {"fsync", "fdatasync"}:
            disks[call.file].sync()
        else:
            disks[call.file].since.append(call)
        if moment in moments:
            yield list(told), {name: disk.cut(chance) for name, disk in disks.items()}
