"""What rotating marketing leaks into articles, and what of them is lost: ten made-up sites of twenty pages each.

    python -m tests.bench.bench_boilerplate [--seeds N]

Each site is read in the order of publication; `alone` is a page by itself, `learned` after the ones before it.
"""

import argparse
from collections import Counter
from collections.abc import Callable

from monitor.extract import extract
from monitor.extract.learned import NOTHING, learn, strip_learned
from monitor.models import Article
from tests.bench.sites import TEMPLATES, SitePage, generate_site

LEARNING_PAGES = 5
Step = Callable[[SitePage], str]


def read_alone(page: SitePage) -> str:
    """Return the text of a page without any knowledge of its site."""
    return extract(page.html, page.url).text


def read_site(pages: list[SitePage]) -> list[str]:
    """Return the texts of a site's pages, each without what was learned on those before."""
    known, texts = NOTHING, []
    for page in pages:
        article: Article = extract(page.html, page.url)
        texts.append(strip_learned(article, known, page.published_at).text)
        known = learn(article, known, page.published_at)
    return texts


def count_errors(pages: list[SitePage], texts: list[str]) -> Counter[str]:
    """Return how many lines of promos and how many paragraphs there were, and how many of them leaked or were lost."""
    counts: Counter[str] = Counter()
    for index, (page, text) in enumerate(zip(pages, texts, strict=True)):
        flat = " ".join(text.split())
        when = "first" if index < LEARNING_PAGES else "later"
        counts[f"{when} promos"] += len(page.promos)
        counts[f"{when} leaked"] += sum(promo in flat for promo in page.promos)
        counts["paragraphs"] += len(page.paragraphs)
        counts["lost"] += sum(paragraph not in flat for paragraph in page.paragraphs)
    return counts


def main() -> None:
    """Print a line for each template."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seeds", type=int, default=5, help="sites of each template")
    options = parser.parse_args()
    print(f"{'template':18} {'':8} {'pages 1-5':>12} {'from page 6':>12} {'lost paragraphs':>16}")
    totals = {"alone": Counter[str](), "learned": Counter[str]()}
    for template in TEMPLATES:
        sites = [generate_site(template, seed) for seed in range(options.seeds)]
        for name, total in totals.items():
            counts: Counter[str] = Counter()
            for pages in sites:
                texts = read_site(pages) if name == "learned" else [read_alone(page) for page in pages]
                counts += count_errors(pages, texts)
            total.update(counts)
            _print_line(template.name, name, counts)
    for name, total in totals.items():
        _print_line("all", name, total)


def _print_line(template: str, name: str, counts: Counter[str]) -> None:
    first, later = (counts[f"{when} leaked"] / counts[f"{when} promos"] for when in ("first", "later"))
    print(f"{template:18} {name:8} {first:12.1%} {later:12.1%} {counts['lost']:8} of {counts['paragraphs']}")


if __name__ == "__main__":
    main()
