"""Every naughty string and payload of ../shared through every channel, at real servers: what is alive there?

python -m tests.bench.bench_channels [--payloads]
"""

import argparse
import asyncio
import json
from collections import Counter

from apprise.plugins.discord import NotifyDiscord
from apprise.plugins.ntfy import NotifyNtfy

from tests.bench.hostile_material import read_archive
from tests.integration.far_side import make_alert, open_far_side


def read_strings(*, with_payloads: bool) -> list[str]:
    """Return the strings, each once."""
    strings: list[str] = json.loads(next(iter(read_archive("naughty-strings").values())))
    if with_payloads:
        for name, body in read_archive("payloads").items():
            if name.endswith(".txt"):
                strings += body.decode("utf-8", "replace").splitlines()
    return list(dict.fromkeys(strings))


async def measure(strings: list[str]) -> tuple[Counter[str], list[str]]:
    """Send them all; return how many were harmless, by channel, and what was not."""
    harmless: Counter[str] = Counter()
    alive = []

    def point_discord_to(url: str) -> None:
        NotifyDiscord.notify_url = url

    NotifyNtfy.request_rate_per_sec = 0  # it would wait 5.5 s between two
    async with open_far_side(point_discord_to) as far_side:
        for number, text in enumerate(strings):
            found = await far_side.send(make_alert(text, number))
            harmless.update(channel for channel in far_side.channels if channel not in found)
            alive += [f"{channel}: {what} of {text[:80]!r}" for channel, what in found.items()]
    return harmless, alive


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--payloads", action="store_true", help="the injection lists too, some 10,000 lines")
    strings = read_strings(with_payloads=parser.parse_args().payloads)
    harmless, alive = asyncio.run(measure(strings))
    for channel, count in harmless.items():
        print(f"{channel:<12}{count} of {len(strings)} arrived, with nothing alive")
    print("\n".join(alive))
    raise SystemExit(bool(alive))


if __name__ == "__main__":
    main()
