"""How good and how fast extraction is, on real labelled pages, beside other extractors.

    python -m tests.bench.bench_extraction compare                    all of it, beside the peers of peers.txt
    python -m tests.bench.bench_extraction halves [DATASET ...]       both halves, by weights of train_extraction --half
    python -m tests.bench.bench_extraction quality|speed|oracle ...   the harness, as described there

The pages and the harness lie beside the repository in ../shared and are no part of it. In arguments of the harness this
project is `monitor_adapter:extract`.
"""

import hashlib
import importlib
import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from monitor.extract import model
from tests.bench.monitor_adapter import extract

REPOSITORY = Path(__file__).resolve().parents[2]
HARNESS = REPOSITORY.parent / "shared" / "bench"
HALF_WEIGHTS = REPOSITORY / ".bench-cache" / "half_weights.json"
"""The installed weights are learned from all pages and would flatter both halves."""
PEERS = ("trafilatura_meta", "resiliparse", "readability_lxml", "newspaper4k")
DATASETS = ("scrapinghub", "trafilatura", "wcxb-dev", "htmldate")


def import_harness(module: str) -> Any:
    """Return a module of the harness; ends with a message if it is not there."""
    if not (HARNESS / "bench_extraction.py").exists():
        sys.exit(
            f"The benchmark needs the pages and the harness in {HARNESS.parent}, which are not part of the repository."
        )
    if str(HARNESS) not in sys.path:
        # Last, since the harness has a module of this one's name.
        sys.path.append(str(HARNESS))
    return importlib.import_module(module)


def load_pages(dataset: str) -> list[Any]:
    """Return the pages of a set."""
    pages: list[Any] = import_harness("datasets").load(dataset)
    return pages


def is_for_learning(page: Any) -> bool:
    """Say whether a page's site is in the half that may be learned from."""
    host = urlsplit(page.url or "").hostname or page.id
    return hashlib.sha256(host.encode()).digest()[0] % 2 == 0


def report_halves(datasets: list[str]) -> None:
    """Print the figures of both halves of each set; ends with a message without weights learned from one half."""
    if not HALF_WEIGHTS.exists():
        sys.exit(f"first: python -m tests.bench.train_extraction --half --out {HALF_WEIGHTS.relative_to(REPOSITORY)}")
    model.WEIGHTS = HALF_WEIGHTS
    metrics = import_harness("metrics")
    for dataset in datasets:
        rows = []
        pages = load_pages(dataset)
        for half, is_learned in (("learned", True), ("checked", False)):
            chosen = [page for page in pages if is_for_learning(page) is is_learned]
            records = [
                metrics.score_page(page, extract(page.html, page.url) | {"ms": None, "err": None}) for page in chosen
            ]
            rows.append(metrics.report(half, records))
        print(f"\n== {dataset}: {len(pages)} pages\n{metrics.table(rows)}")


def compare() -> None:
    """Print quality of both halves, then quality and speed beside the peers, ours by weights of one half."""
    if not HALF_WEIGHTS.exists():
        HALF_WEIGHTS.parent.mkdir(exist_ok=True)
        train = (sys.executable, "-m", "tests.bench.train_extraction", "--half", "--out", str(HALF_WEIGHTS))
        subprocess.run(train, check=True)  # noqa: S603 - our own
    report_halves([*DATASETS])
    peers = ",".join(f"peers:{peer}" for peer in PEERS)
    sets = ",".join(DATASETS[:3])
    quality = ("quality", "-d", sets, "-e", f"{peers},monitor_adapter:extract", "--jobs", "1", "--fresh")
    speed = ("speed", "-d", "scrapinghub", "--max-pages", "60", "--clock", "cpu", "--versus", "peers:trafilatura_text")
    for command in (quality, (*speed, "-e", f"peers:trafilatura_text,{peers},monitor_adapter:extract")):
        if code := run_harness(command, {"BENCH_WEIGHTS": str(HALF_WEIGHTS)}):
            sys.exit(code)


def run_harness(arguments: Sequence[str], environment: Mapping[str, str]) -> int:
    """Run a command of the harness in a process of its own; return its exit code."""
    import_harness("metrics")
    path = os.pathsep.join([str(HARNESS), str(Path(__file__).parent), str(REPOSITORY)])
    command = [sys.executable, str(HARNESS / "bench_extraction.py"), *arguments]
    return subprocess.run(command, check=False, env={**os.environ, **environment, "PYTHONPATH": path}).returncode  # noqa: S603 - our own


def main() -> None:
    """Report the halves, or hand over to the harness."""
    if len(sys.argv) < 2 or sys.argv[1] in {"-h", "--help"}:
        sys.exit(__doc__)
    if sys.argv[1] == "halves":
        report_halves(sys.argv[2:] or list(DATASETS))
        return
    if sys.argv[1] == "compare":
        compare()
        return
    sys.exit(run_harness(sys.argv[1:], {}))


if __name__ == "__main__":
    main()
