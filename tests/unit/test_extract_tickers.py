"""Tickers that a page states."""

import pytest

from monitor.extract import extract

TEXT = "Kestrel said on Monday that it would end its supply agreement with Harbour, as the two could not agree. "


def read(head: str = "", text: str = TEXT) -> tuple[str, ...]:
    return extract(f"<html><head>{head}</head><body><h1>Pact ends</h1><p>{text}</p><p>{TEXT}</p></body></html>").tickers


def describe(field: str) -> str:
    return f'<script type="application/ld+json">{{"@type": "NewsArticle", "headline": "Pact ends", {field}}}</script>'


@pytest.mark.parametrize(
    ("text", "tickers"),
    [
        ("Kestrel Corp. (NASDAQ: KSTL) ends its pact", ("KSTL",)),
        ("Kestrel Corp. (NYSE:KST.A; TSX: KST) ends its pact", ("KST.A", "KST")),
        ("Kestrel (Nasdaq: KSTL) and Kestrel (NASDAQ: KSTL)", ("KSTL",)),
        ("Harbour [LSE: HBR] and Lumen (Euronext Paris: LUM)", ("HBR", "LUM")),
        ("Kestrel (KSTL) and the (NASDAQ: index) fell; NYSE: it rose", ()),
    ],
)
def test_tickers_stand_behind_an_exchange_in_brackets(text: str, tickers: tuple[str, ...]) -> None:
    assert read(text=f"{text}. {TEXT}") == tickers


def test_a_page_s_own_marks_come_first() -> None:
    head = '<meta name="tickers" content="HBR, NYSE:LUM | NASDAQ:KSTL">' + describe(
        '"about": [{"@type": "Corporation", "name": "Kestrel", "tickerSymbol": "XNAS:KSTL"}, "Harbour"]'
    )
    assert read(head, f"Orrin Inc. (OTCQX: ORRN). {TEXT}") == ("KSTL", "HBR", "LUM", "ORRN")


def test_what_is_no_ticker_is_left_out() -> None:
    assert read('<meta name="ticker" content="breaking news from the markets, $$$, ">') == ()


def test_many_tickers_are_cut() -> None:
    assert len(read(f'<meta name="tickers" content="{", ".join(f"T{number}" for number in range(99))}">')) == 20
