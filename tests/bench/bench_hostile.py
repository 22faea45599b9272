"""Other people's hostile material against fetch and discover: who breaks, and how often we are right.

    python -m tests.bench.bench_hostile [--only feeds urls] [--mutations 0] [--show 20]

Reads ../shared/data/hostile; replies are served on loopback, nothing else is connected to.
"""

import argparse
import sys
from collections.abc import Callable, Iterator

from tests.bench.hostile_feeds import measure_feeds
from tests.bench.hostile_material import Row
from tests.bench.hostile_page import measure_page
from tests.bench.hostile_replies import measure_compression, measure_replies
from tests.bench.hostile_text import measure_html, measure_json, measure_strings, measure_xml
from tests.bench.hostile_urls import measure_urls

SECTIONS: dict[str, Callable[[int], Iterator[Row]]] = {
    "feeds": measure_feeds,
    "replies": measure_replies,
    "compression": measure_compression,
    "urls": measure_urls,
    "html": measure_html,
    "json": measure_json,
    "strings": measure_strings,
    "xml": measure_xml,
    "page": measure_page,
}


def main() -> None:
    """Measure and print; exit with 1 if anything is not as wanted."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", nargs="*", choices=SECTIONS, default=list(SECTIONS), help="sections to measure")
    parser.add_argument("--mutations", type=int, default=0, help="mutilated copies of each feed, reply and page")
    parser.add_argument("--show", type=int, default=0, help="failures to print of each line")
    arguments = parser.parse_args()
    is_good = True
    for name in arguments.only:
        for row in SECTIONS[name](arguments.mutations):
            print(f"{'ok  ' if row.holds else 'FAIL'}  {row.material:<36} {row.figure}   (want {row.want})", flush=True)
            for failure in row.failures[: arguments.show]:
                print(f"        {failure}")
            is_good = is_good and row.holds
    sys.exit(not is_good)


if __name__ == "__main__":
    main()
