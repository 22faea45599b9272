"""Pages that keep robots out: a source that shows one is left in peace, and said to block us."""

import re

MAX_WALL_CHARS = 200_000
"""Such pages are small; a long one that holds the words is an article about them."""

_WALL = re.compile(
    r"<title>\s*(?:just a moment|attention required|access (?:to this page has been )?denied|are you a (?:robot|human)"
    r"|pardon our interruption|bot verification|robot check|security check|verif(?:y|ying) (?:that )?you are human"
    r"|request (?:rejected|blocked)|ddos-guard|human verification)"
    r"|captcha-delivery\.com|_Incapsula_Resource|px-captcha|/cdn-cgi/challenge-platform|cf-challenge"
    r"|sucuri_cloudproxy|awswaf(?:captcha|challenge)|geo\.captcha",
    re.IGNORECASE,
)


def is_wall(text: str) -> bool:
    """Say whether a page keeps robots out instead of showing what was asked for."""
    return len(text) <= MAX_WALL_CHARS and bool(_WALL.search(text))
