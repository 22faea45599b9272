"""Labelled texts: the reference reader's (../shared/data/events), our own reading of others there, and our own texts.

event_labels.tsv holds our reading, without the texts. written_news.jsonl holds the texts that we wrote the way news
words such things since 2019, with made-up names: they teach wording, and tell of nothing that happened.
written_certainty.jsonl holds 600 more, about how sure a text is; nothing is learnt from them, but every other one was
read when cues were written.
"""

import hashlib
import json
import lzma
import zlib
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from monitor.detect.tokens import read_document
from monitor.models import Article, Field

FOLDER = Path(__file__).parents[3] / "shared" / "data" / "events"
OWN = Path(__file__).with_name("event_labels.tsv")
WRITTEN = Path(__file__).with_name("written_news.jsonl")
CERTAINTY = Path(__file__).with_name("written_certainty.jsonl")
FOLDS = 5
"""Parts of the documents: each is read with weights that were learnt from the other four."""


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
    types: tuple[str, ...] = ()
    """Those that an event may be said to have, if the reader named any."""
    weight: float = 1.0
    """How much it counts when weights are learnt."""


# How much a text counts beside one of the reference reader's.
_STATE_WEIGHT = 0.5
"""Background mentions are negatives of less weight: readers differ about them."""
_SENTENCE_WEIGHT = 0.7
"""Of a sentence of an article; its neighbours tell much of the same."""
_CHOSEN_WEIGHT = 0.6
"""Of a text without a change that was chosen for reading because rules hold in it: they are more than their share."""
_WRITTEN_WEIGHTS = {"event": 0.15, "none": 0.5}
"""Of the texts that we wrote, more than half of which tell a change: they teach wording, not how frequent it is."""
_UNREAD_WEIGHT = 0.15
"""Of a headline that nobody read: one in a hundred reports a change, the others do not."""


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
        types=tuple(item["types"]) if item["label"] == "event" else (),
        weight=_STATE_WEIGHT if item["label"] == "state" else 1.0,
    )


def from_written(item: dict[str, Any]) -> Labelled:
    """Return one of the texts that we wrote."""
    return Labelled(
        document=f"{item['title']}\n{item['text']}",
        article=Article(url="", title=item["title"], text=item["text"]),
        label=item["label"],
        modality=item["modality"],
        types=tuple(item["types"]),
        weight=_WRITTEN_WEIGHTS[item["label"]],
    )


def read_own() -> list[Labelled]:
    """Return our own labels with the texts that they belong to."""
    rows = [line.split("\t") for line in OWN.read_text("utf-8").splitlines() if not line.startswith("#")]
    labels = {(place, key): (label, modality) for place, key, label, _, modality in rows if label != "borderline"}
    return [*_match_texts(labels), *_match_sentences(labels)]


def read_written(path: Path = WRITTEN) -> list[dict[str, Any]]:
    """Return the texts that we wrote ourselves, with the keys of gold.jsonl; `text` does not repeat the title."""
    items = [json.loads(line) for line in path.read_text("utf-8").splitlines()]
    return [item | {"id": f"written {number}", "source": "written"} for number, item in enumerate(items)]


def read_stream() -> list[str]:
    """Return the headlines of the unlabelled stream, each once."""
    with lzma.open(FOLDER / "headline_stream_2015.txt.xz", "rt", encoding="utf-8") as lines:
        return list(dict.fromkeys(line.strip() for line in lines))


def read_unread(known: Collection[Labelled]) -> list[Labelled]:
    """Return the headlines of the stream that nobody read, as texts without a change."""
    read = {text.article.text for text in known}
    return [
        Labelled(document=line, article=Article(url="", title="", text=line), label="none", weight=_UNREAD_WEIGHT)
        for line in read_stream()
        if line not in read
    ]


def _match_texts(labels: dict[tuple[str, str], tuple[str, str]]) -> Iterator[Labelled]:
    texts = [("stream", line) for line in read_stream()]
    with lzma.open(FOLDER / "third_party.jsonl.xz", "rt", encoding="utf-8") as lines:
        texts += [(item["source"].lower(), item["text"]) for item in map(json.loads, lines)]
    for place, text in dict.fromkeys(texts):
        found = labels.get((place, hash_text(text)))
        if found is not None:
            article = Article(url="", title="", text=text)
            weight = _weigh_chosen(found[0])
            yield Labelled(document=text, article=article, label=found[0], modality=found[1], weight=weight)


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
                    weight=_SENTENCE_WEIGHT * _weigh_chosen(found[0]),
                )


def _weigh_chosen(label: str) -> float:
    """Return how much a text counts that was chosen for reading."""
    return {"event": 1.0, "state": _STATE_WEIGHT * _CHOSEN_WEIGHT, "none": _CHOSEN_WEIGHT}[label]


def hash_text(text: str) -> str:
    """Return what stands for a text in event_labels.tsv, which holds no text of others."""
    return hashlib.sha256(" ".join(text.split()).encode()).hexdigest()[:12]


def choose_fold(document: str, folds: int) -> int:
    """Return the fold of a document, from 0."""
    return zlib.crc32(document.encode()) % folds
