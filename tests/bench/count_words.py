"""Count which words news texts write in lower case: packs/common_words.txt, by which names are told in headlines.

usage: python tests/bench/count_words.py [--write]

Only single words that stand in lower case nearly always are kept; no text and no name goes into the list.
"""

import argparse
import json
import lzma
import re
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[2]
EVENTS = ROOT.parent / "shared" / "data" / "events"
WORDS = ROOT / "monitor" / "detect" / "packs" / "common_words.txt"
LEAST_COUNT, LEAST_SHARE = 8, 0.85
"""Of occurrences in lower case, inside a sentence."""
_WORD = re.compile(r"[A-Za-z][A-Za-z']*")


def read_texts() -> Iterator[str]:
    """Yield the texts that are counted; of the headlines those that are not in title case."""
    for name, key in (("articles.jsonl.xz", "body"), ("third_party.jsonl.xz", "text")):
        with lzma.open(EVENTS / name, "rt", encoding="utf-8") as lines:
            for line in lines:
                yield json.loads(line)[key]
    with lzma.open(EVENTS / "headline_stream_2015.txt.xz", "rt", encoding="utf-8") as lines:
        for line in lines:
            if 0 < share_of_capitals(_WORD.findall(line)) < 0.6:
                yield line


def share_of_capitals(words: list[str]) -> float:
    """Return how many of the words begin with a capital; 1 for none at all."""
    return sum(word[0].isupper() for word in words) / len(words) if words else 1.0


def count_words(texts: Iterator[str]) -> list[str]:
    """Return the words that are nearly always in lower case, sorted."""
    lower, upper = Counter[str](), Counter[str]()
    for text in texts:
        for sentence in re.split(r"(?<=[.!?])\s+|\n", text):
            words = _WORD.findall(sentence)
            if len(words) > 3 and share_of_capitals(words) < 0.5:
                for word in words[1:]:
                    (upper if word[0].isupper() else lower)[word.lower().removesuffix("'s")] += 1
    return sorted(
        word
        for word, count in lower.items()
        if count >= LEAST_COUNT and count >= LEAST_SHARE * (count + upper[word]) and len(word) > 1 and "'" not in word
    )


def main() -> None:
    """Count, print how many, and with --write save."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--write", action="store_true")
    options = parser.parse_args()
    if not EVENTS.exists():
        sys.exit(f"no texts at {EVENTS}")
    words = count_words(read_texts())
    print(f"{len(words)} words")
    if options.write:
        WORDS.write_text("\n".join(words) + "\n", "utf-8")


if __name__ == "__main__":
    main()
