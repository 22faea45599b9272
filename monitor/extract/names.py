"""Names of people out of bylines."""

import re

_BY = re.compile(
    r"^(?:(?:written|posted|published|reported|words|story|text|photos?|reviewed)\s+)?"
    r"(?:by|von|par|por|di|door|af|av|od|autor(?:in)?|author|text)[:\s]+",
    re.IGNORECASE,
)
_JOINT = re.compile(r"\s*(?:,|;|&|/|\band\b|\bund\b|\bet\b|\by\b|\bwith\b|\n)\s*", re.IGNORECASE)
_ROLE = re.compile(
    r"\b(?:editor|reporter|correspondent|writer|staff|columnist|contributor|redak\w+|producer|analyst|ph\.?d|m\.?d|cfp|cpa|"
    r"rdn?|ms|mba|jr|updated|published|posted|admin|team|news|desk|no author|unknown|guest)\b\.?",
    re.IGNORECASE,
)
_NO_NAME = frozenset(
    ("admin", "administrator", "editor", "author", "no author", "staff", "guest", "unknown", "redaktion", "user")
)


def split_names(text: str) -> list[str]:
    """Return the names in a byline, as `By Ann Lee and Bo Li`, without roles; empty if it holds none."""
    text = _BY.sub("", " ".join(text.split()))
    if not text or len(text) > 150 or "://" in text or "@" in text:
        return []
    parts = [part.strip(" .|-–—:·•") for part in _JOINT.split(text)]
    return [
        part
        for position, part in enumerate(parts)
        if 1 < len(part) < 60 and part.casefold() not in _NO_NAME and not (position and _ROLE.search(part))
    ]


def is_person(name: str) -> bool:
    """Tell a name of two to four capitalised words from other short texts."""
    words = name.split()
    capitalised = sum(word[0].isupper() for word in words)
    return (
        2 <= len(words) <= 4
        and capitalised >= len(words) - 1
        and words[0][0].isupper()
        and not re.search(r"[\d!?:]", name)
    )
