"""What makes two texts or two names the same."""

import hashlib
import re
import unicodedata
from collections.abc import Sequence
from functools import lru_cache

from cleanco import basename
from rensa import RMinHash

_WORD = re.compile(r"\w+")
_NUMBER = re.compile(r"\d+")
_SHINGLE_WORDS = 3
_BANDS, _ROWS = 16, 4
_COPY_LIKENESS = 0.6


def list_bands(text: str) -> tuple[int, ...]:
    """Return 16 signed 64-bit numbers of which texts that share most of their words in a row share one or more.

    Bands of a MinHash signature of three-word shingles (Broder 1997; Leskovec, Rajaraman and Ullman, Mining of Massive
    Datasets, 3.4): two texts with a Jaccard likeness of 0.6 share a band nine times out of ten, with 0.2 one in 40.
    """
    sketch = RMinHash(num_perm=_BANDS * _ROWS, seed=1)
    sketch.update([" ".join(words) for words in _shingle(text)])
    values = sketch.digest()
    rows = (values[start : start + _ROWS] for start in range(0, len(values), _ROWS))
    return tuple(_hash_band(number, row) for number, row in enumerate(rows))


def is_copy(left: str, right: str) -> bool:
    """Return whether two texts share so many of their words in a row that one was made from the other.

    Not if their first lines name other numbers: companies announce deal after deal in the same words.
    """
    if _NUMBER.findall(left.partition("\n")[0]) != _NUMBER.findall(right.partition("\n")[0]):
        return False
    mine, yours = set(_shingle(left)), set(_shingle(right))
    return len(mine & yours) >= _COPY_LIKENESS * max(1, len(mine | yours))


def _shingle(text: str) -> list[tuple[str, ...]]:
    words = _WORD.findall(unicodedata.normalize("NFKC", text).casefold())
    return [tuple(words[start : start + _SHINGLE_WORDS]) for start in range(len(words) - _SHINGLE_WORDS + 1)]


def _hash_band(number: int, row: Sequence[int]) -> int:
    data = b"".join(value.to_bytes(8, "big") for value in (number, *row))
    return int.from_bytes(hashlib.blake2b(data, digest_size=8).digest(), "big", signed=True)


def text_digest(title: str, text: str) -> str:
    """Return 32 hex digits that two articles share when their words are the same, in case and spacing alike or not."""
    words = _WORD.findall(unicodedata.normalize("NFKC", f"{title}\n{text}").casefold())
    return hashlib.blake2b(" ".join(words).encode(), digest_size=16).hexdigest()


def is_same_company(left: str, right: str) -> bool:
    """Return whether two folded names are one company: alike, or one the beginning of the other.

    News shortens a name after its first use: "Alder Motors" becomes "Alder".
    """
    return left == right or left.startswith(f"{right} ") or right.startswith(f"{left} ")


@lru_cache(maxsize=4096)
def fold_name(name: str) -> str:
    """Return the form of a company's name that its spellings share: no case, accents, legal suffix, punctuation.

    A name that is nothing else keeps all its words: `fold_name("The Company")` is "the company".
    """
    plain = unicodedata.normalize("NFKD", name).casefold()
    plain = "".join(char for char in plain if not unicodedata.combining(char))
    words = _WORD.findall(basename(plain) or plain)
    return " ".join(words[1:] if len(words) > 1 and words[0] == "the" else words) or plain.strip()
