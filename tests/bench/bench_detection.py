"""Measure detection on labelled texts: how well, how sure, how fast.

usage: python -m tests.bench.bench_detection [quality|stream|speed ...]

Reads ../shared beside the repository; the labelled texts do not belong to the project.
"""

import json
import lzma
import subprocess
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path
from typing import Any

from monitor.detect import Ruleset, compile_rules, detect, load_pack
from monitor.models import Article, Company, EventType, Field, Rule
from tests.bench.event_labels import (
    CERTAINTY,
    FOLDER,
    FOLDS,
    choose_fold,
    from_gold,
    from_written,
    read_gold,
    read_own,
    read_stream,
    read_unread,
    read_written,
)
from tests.bench.train_detection import learn_from


def main() -> None:
    """Run the parts that are named, all of them by default."""
    if not FOLDER.exists():
        sys.exit(f"no labelled texts at {FOLDER}: put them there, or run the unit tests instead")
    parts = {"quality": measure_quality, "stream": measure_stream, "speed": measure_speed}
    for name in sys.argv[1:] or parts:
        if name not in parts:
            sys.exit(f"unknown part {name}; choose from {', '.join(parts)}")
        parts[name]()


def measure_quality() -> None:
    """Print the scores of labelled texts, each read with weights that were learnt from other folds."""
    gold, written, own = read_gold(), read_written(), read_own()
    items = [*gold, *written]
    documents = [*map(from_gold, gold), *map(from_written, written)]
    unread = read_unread(own)
    predictions: dict[str, dict[str, Any]] = {}
    for fold in range(FOLDS):
        learnt = [text for text in (*documents, *own, *unread) if choose_fold(text.document, FOLDS) != fold]
        ruleset = compile_rules(load_pack(), weights=learn_from(learnt))
        for item, text in zip(items, documents, strict=True):
            if choose_fold(text.document, FOLDS) == fold:
                predictions[item["id"]] = predict(item, ruleset)
    for told, part in (("of the reference reader", gold), ("that we wrote", written)):
        print(f"\n== {len(part)} texts {told}, {FOLDS} folds; also learnt from {len(own)} that we read", flush=True)
        run_scorer(part, [predictions[item["id"]] for item in part])
    certainty, ruleset = read_written(CERTAINTY)[1::2], compile_rules(load_pack())
    print(
        f"\n== {len(certainty)} texts about certainty that we wrote, not learnt from and not read for cues", flush=True
    )
    run_scorer(certainty, [predict(item, ruleset) for item in certainty])


def predict(item: dict[str, Any], ruleset: Ruleset) -> dict[str, Any]:
    """Return the events of an item as `monitor detect --jsonl` prints them."""
    article = Article(url="", title=item.get("title") or "", text=item["text"])
    events = [
        {
            "type": event.type,
            "modality": event.modality,
            "participants": [participant.name for participant in event.participants],
            "rule": event.rule,
            "evidence": [event.evidence.start, event.evidence.end] if event.evidence.field is Field.TEXT else None,
        }
        for event in detect(article, ruleset)
    ]
    return {"id": item["id"], "events": events}


def run_scorer(items: list[dict[str, Any]], predictions: list[dict[str, Any]]) -> None:
    """Run the shared scorer on some items."""
    with tempfile.TemporaryDirectory() as folder:
        paths = []
        for name, rows in (("predictions", predictions), ("gold", items)):
            path = Path(folder) / f"{name}.jsonl"
            path.write_text("".join(json.dumps(row) + "\n" for row in rows), "utf-8")
            paths.append(str(path))
        subprocess.run([sys.executable, str(FOLDER.parents[1] / "bench" / "score_events.py"), *paths], check=True)  # noqa: S603 - our own arguments


def measure_stream() -> None:
    """Print alerts per 1,000 unlabelled headlines, of the fifth that weights are not learnt from, by type."""
    ruleset = compile_rules(load_pack())
    headlines = [line for line in read_stream() if not choose_fold(line, FOLDS)]
    found = [detect(Article(url="", title="", text=headline), ruleset) for headline in headlines]
    types = Counter(event.type for events in found for event in events)
    alerts = sum(bool(events) for events in found)
    print(f"\nalerts per 1,000 headlines: {1000 * alerts / len(headlines):.1f} of {len(headlines)}; {dict(types)}")


def measure_speed() -> None:
    """Print the CPU time for an article of 500 words with the pack, and with 10,000 rules."""
    with lzma.open(FOLDER / "articles.jsonl.xz", "rt", encoding="utf-8") as lines:
        texts = [" ".join(json.loads(line)["body"].split()[:500]) for line in lines][:200]
    companies = [Company(name=f"Company{number}") for number in range(1000)]
    many = tuple(
        Rule(
            name=f"r{number}",
            type=EventType.TERMINATION,
            match=f"$Company{number % 1000} NEAR/9 (word{number} OR end*)",
        )
        for number in range(10_000)
    )
    for title, ruleset in (("the pack", compile_rules(load_pack())), ("10,000 rules", compile_rules(many, companies))):
        for text in texts[:20]:
            detect(Article(url="", title="", text=text), ruleset)
        times = []
        for text in texts:
            began = time.process_time()
            detect(Article(url="", title="", text=text), ruleset)
            times.append(time.process_time() - began)
        times.sort()
        print(
            f"{title}: median {1e3 * times[len(times) // 2]:.2f} ms, p95 {1e3 * times[int(len(times) * 0.95)]:.2f} ms"
        )


if __name__ == "__main__":
    main()
