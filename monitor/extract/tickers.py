"""Tickers that a page states: in JSON-LD, in meta elements, and in its text behind a company's name."""

import re
from collections.abc import Iterable, Iterator
from itertools import chain, islice

from monitor.extract.jsonld import Json, get_text, is_object, list_values
from monitor.extract.marks import Marks

_MAX_TICKERS = 20
_META_NAMES = ("tickers", "ticker", "stocktickers", "stockticker", "tickersymbol", "newsstocktickers", "stocksymbols")
_SUBJECTS = ("about", "mentions", "mainEntity")
_MAX_SUBJECTS = 50
_SYMBOL = r"(?P<symbol>[A-Z0-9]{1,6}(?:[.-][A-Z]{1,3})?)"
_EXCHANGE = (
    r"NASDAQ(?:GS|GM|CM)?|NYSE(?:\s?(?:American|Arca|MKT))?|AMEX|OTC(?:QX|QB|MKTS)?|TSX(?:-?V)?|CSE|LSE|AIM|LON"
    r"|EURONEXT(?:\s[A-Z][a-z]+)?|EPA|AMS|XETRA|FWB|FRA|ETR|SIX|SWX|BME|BIT|OMX|STO|HEL|CPH|OSE"
    r"|TYO|TSE|HKEX|HKG|HKSE|SEHK|SGX|ASX|NSE|BSE|KRX|KOSDAQ|KOSPI|TPE|SSE|SZSE|B3|BVMF|BMV|JSE|TASE"
)
_BRACKETS = re.compile(r"[(\[]([^()\[\]:]{2,20}:[^()\[\]]{1,60})[)\]]")
_STATED = re.compile(rf"\s*(?i:{_EXCHANGE})\s?:\s?{_SYMBOL}\s*")
_LISTED = re.compile(rf"\s*(?:[A-Za-z][A-Za-z .-]{{0,20}}:)?\s*{_SYMBOL}\s*")
_SPLIT = re.compile(r"[,;|/]")


def list_tickers(marks: Marks, article: Json) -> tuple[str, ...]:
    """Return the tickers that a page lists for programs, without their exchanges, each once."""
    contents = (content for name in _META_NAMES for content in marks.meta.get(name, ()))
    values = chain(_list_subjects(article), chain.from_iterable(map(_SPLIT.split, contents)))
    return _unite(match["symbol"] for value in values if (match := _LISTED.fullmatch(value)))


def find_tickers(text: str, listed: Iterable[str] = ()) -> tuple[str, ...]:
    """Return the tickers `listed`, then those that a text states as `(NASDAQ: ABCD)`; other capitals may be words."""
    stated = chain.from_iterable(_SPLIT.split(inside) for inside in _BRACKETS.findall(text))
    return _unite((*listed, *(match["symbol"] for part in stated if (match := _STATED.fullmatch(part)))))


def _unite(symbols: Iterable[str]) -> tuple[str, ...]:
    return tuple(islice(dict.fromkeys(symbols), _MAX_TICKERS))


def _list_subjects(article: Json) -> Iterator[str]:
    """Yield the values of `tickerSymbol` of what an article is about (schema.org)."""
    subjects = (value for name in _SUBJECTS for value in list_values(article.get(name)))
    for subject in islice(subjects, _MAX_SUBJECTS):
        if is_object(subject):
            yield get_text(subject, "tickerSymbol") or ""
