"""What the hostile benchmark reads, and what it says of it."""

import random
import sys
import tarfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

SHARED = Path(__file__).resolve().parents[3] / "shared" / "data" / "hostile"
MAX_MUTATIONS = 4
"""Of one kind in one piece: more is noise that no parser reads at all."""


@dataclass(slots=True, kw_only=True)
class Row:
    """One line of the table: what was tried, what came of it, what is wanted."""

    material: str
    figure: str
    want: str
    holds: bool
    failures: list[str] = field(default_factory=list)
    """A line for each case that went wrong, for `--show`."""


def read_archive(name: str) -> dict[str, bytes]:
    """Return the files of an archive of the shared material; end the benchmark if it is not there."""
    path = SHARED / f"{name}.tar.xz"
    if not path.exists():
        sys.exit(f"{path.name} is missing: this benchmark reads ../shared/data/hostile beside the repository")
    with tarfile.open(path) as archive:
        return {member.name: read for member in archive if (read := _read(archive, member)) is not None}


def _read(archive: tarfile.TarFile, member: tarfile.TarInfo) -> bytes | None:
    file = archive.extractfile(member) if member.isfile() else None
    return file.read() if file else None


def mutate(data: bytes, count: int, seed: str) -> Iterator[bytes]:
    """Yield mutilated copies: bytes changed, pieces cut out, doubled, swapped, the end torn off."""
    dice = random.Random(seed)  # noqa: S311 - nothing secret
    for _ in range(count):
        copy = bytearray(data)
        for _ in range(dice.randint(1, MAX_MUTATIONS)):
            dice.choice(_MUTATIONS)(copy, dice)
        yield bytes(copy)


def _flip(data: bytearray, dice: random.Random) -> None:
    if data:
        data[dice.randrange(len(data))] = dice.randrange(256)


def _cut(data: bytearray, dice: random.Random) -> None:
    start = dice.randrange(len(data) + 1)
    del data[start : start + dice.randint(1, 40)]


def _double(data: bytearray, dice: random.Random) -> None:
    start = dice.randrange(len(data) + 1)
    data[start:start] = data[start : start + dice.randint(1, 200)] * dice.choice((1, 1, 20))


def _insert(data: bytearray, dice: random.Random) -> None:
    start = dice.randrange(len(data) + 1)
    data[start:start] = dice.choice(
        (b"\0", b"<", b">", b"&", b"]]>", b"<!--", b"\r\n", b"\xff\xfe", b'"', b"&#0;", b":")
    )


def _tear(data: bytearray, dice: random.Random) -> None:
    del data[dice.randrange(len(data) + 1) :]


_MUTATIONS: tuple[Callable[[bytearray, random.Random], None], ...] = (_flip, _cut, _double, _insert, _tear)
