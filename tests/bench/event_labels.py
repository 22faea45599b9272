"""Labelled texts of ../shared/data/events: the reference reader's, and our own reading of others (event_labels.tsv)."""

import hashlib
import json
import lzma
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from monitor.detect.tokens import read_document
from monitor.models import Article, Field

FOLDER = Path(__file__).parents[3] / "shared" / "data" / "events"
OWN = Path(__file__).with_name("event_labels.tsv")


@dataclass(frozen=True, slots=True, kw_only=True)
class Labelled:
    """A text with a reader's judgement; of an article, one sentence is judged."""

    document: str
    """Texts of one document are never learnt from and checked on at once."""
    article: Article
    sentence: int | None = None
    """Its number in the article's text; None when the whole text is judged."""
    label: str
    """event, state or none; borderline texts are left out."""
    modality: str | None = None
    """Of an event."""
    is_chosen: bool = False
    """Whether it was chosen for reading because rules hold in it, and not drawn."""


def read_gold() -> list[dict[str, Any]]:
    """Return the reference reader's items as they stand in gold.jsonl."""
    return [json.loads(line) for line in (FOLDER / "gold.jsonl").read_text("utf-8").splitlines()]


def from_gold(item: dict[str, Any]) -> Labelled:
    """Return an item of gold.jsonl."""
    article = Article(url="", title=item.get("title") or "", text=item["text"])
    return Labelled(
        document=item.get("doc") or item["id"],
        article=article,
        label=item["label"],
        modality=item["modality"] if item["label"] == "event" else None,
    )


def read_own() -> list[Labelled]:
    """Return our own labels with the texts that they belong to."""
    rows = [line.split("\t") for line in OWN.read_text("utf-8").splitlines() if not line.startswith("#")]
    labels = {(place, key): (label, modality) for place, key, label, _, modality in rows if label != "borderline"}
    return [*_match_texts(labels), *_match_sentences(labels)]


def _match_texts(labels: dict[tuple[str, str], tuple[str, str]]) -> Iterator[Labelled]:
    with lzma.open(FOLDER / "headline_stream_2015.txt.xz", "rt", encoding="utf-8") as lines:
        texts = [("stream", line.strip()) for line in lines]
    with lzma.open(FOLDER / "third_party.jsonl.xz", "rt", encoding="utf-8") as lines:
        texts += [(item["source"].lower(), item["text"]) for item in map(json.loads, lines)]
    for place, text in dict.fromkeys(texts):
        found = labels.get((place, hash_text(text)))
        if found is not None:
            article = Article(url="", title="", text=text)
            yield Labelled(document=text, article=article, label=found[0], modality=found[1], is_chosen=True)


def _match_sentences(labels: dict[tuple[str, str], tuple[str, str]]) -> Iterator[Labelled]:
    with lzma.open(FOLDER / "articles.jsonl.xz", "rt", encoding="utf-8") as lines:
        items = [json.loads(line) for line in lines]
    places = {place for place, _ in labels}
    for item in (item for item in items if item["id"] in places):
        article = Article(url="", title=item["title"] or "", text=item["body"])
        document = read_document(article)
        for sentence in document.sentences:
            text = document.read_field(sentence.field)[sentence.start : sentence.end]
            found = labels.get((item["id"], hash_text(text)))
            if found is not None and sentence.field is Field.TEXT:
                name = (item.get("url") or item["id"]).rsplit("/", 1)[-1]
                yield Labelled(
                    document=name,
                    article=article,
                    sentence=sentence.number,
                    label=found[0],
                    modality=found[1],
                    is_chosen=True,
                )


def hash_text(text: str) -> str:
    """Return what stands for a text in event_labels.tsv, which holds no text of others."""
    return hashlib.sha256(" ".join(text.split()).encode()).hexdigest()[:12]


def choose_fold(document: str, folds: int) -> int:
    """Return the fold of a document, from 0."""
    return zlib.crc32(document.encode()) % folds
