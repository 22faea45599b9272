"""What makes two texts or two names the same."""

import hashlib
import re
import unicodedata

from cleanco import basename

_WORD = re.compile(r"\w+")


def text_digest(title: str, text: str) -> str:
    """Return 32 hex digits that two articles share when their words are the same, in case and spacing alike or not."""
    words = _WORD.findall(unicodedata.normalize("NFKC", f"{title}\n{text}").casefold())
    return hashlib.blake2b(" ".join(words).encode(), digest_size=16).hexdigest()


def is_same_company(left: str, right: str) -> bool:
    """Return whether two folded names are one company: alike, or one the beginning of the other.

    News shortens a name after its first use: "Alder Motors" becomes "Alder".
    """
    return left == right or left.startswith(f"{right} ") or right.startswith(f"{left} ")


def fold_name(name: str) -> str:
    """Return the form of a company's name that its spellings share: no case, accents, legal suffix, punctuation.

    A name that is nothing else keeps all its words: `fold_name("The Company")` is "the company".
    """
    plain = unicodedata.normalize("NFKD", name).casefold()
    plain = "".join(char for char in plain if not unicodedata.combining(char))
    words = _WORD.findall(basename(plain) or plain)
    return " ".join(words[1:] if len(words) > 1 and words[0] == "the" else words) or plain.strip()
