"""Filings of EDGAR: one link a filing, titled by companies and items."""

from monitor.discover import discover
from monitor.models import Page, Source, SourceKind

URL = "https://filings.example/current.atom"
ITEMS = (
    "&lt;b&gt;Filed:&lt;/b&gt; 2026-03-05 &lt;b&gt;AccNo:&lt;/b&gt; 0000000001-26-000007 &lt;b&gt;Size:&lt;/b&gt; 9 KB"
    "&lt;br&gt;Item 1.01: Entry into a Material Definitive Agreement&lt;br&gt;Item 9.01: Financial Statements"
)


def make_entry(company: str, cik: str, accession: str, summary: str = ITEMS) -> str:
    return (
        f"<entry><title>8-K - {company} ({cik}) (Filer)</title><summary type='html'>{summary}</summary>"
        f"<link rel='alternate' href='https://filings.example/data/{cik}/{accession}-index.htm'/>"
        f"<id>urn:tag:sec.gov,2008:accession-number={accession}</id><updated>2026-03-05T16:31:05-05:00</updated></entry>"
    )


def read(*entries: str, keep: tuple[str, ...] = ()) -> list[tuple[str | None, str]]:
    body = f"<feed xmlns='http://www.w3.org/2005/Atom'>{''.join(entries)}</feed>".encode()
    page = Page(url=URL, requested_url=URL, status=200, content_type=None, body=body)
    source = Source(name="filings", kind=SourceKind.FEED, url=URL, keep=keep)
    return [(link.title, link.url.rpartition("/data/")[2]) for link in discover(source, page).links]


def test_a_filing_is_titled_by_company_form_and_items() -> None:
    assert read(make_entry("ALDERON CORP", "0000000002", "7")) == [
        ("ALDERON CORP (8-K): Entry into a Material Definitive Agreement", "0000000002/7-index.htm")
    ]


def test_a_filing_of_two_companies_is_one_link_whatever_their_order() -> None:
    pair = (make_entry("ALDERON CORP", "0000000002", "7"), make_entry("BIRCHWAY LP", "0000000001", "7"))
    ((title, url),) = read(*pair)
    assert (title, url) == (
        "ALDERON CORP, BIRCHWAY LP (8-K): Entry into a Material Definitive Agreement",
        "0000000001/7-index.htm",
    )
    assert [found for _, found in read(*reversed(pair))] == [url]


def test_filings_are_kept_by_their_items() -> None:
    entries = (make_entry("A", "0000000001", "1"), make_entry("B", "0000000002", "2", "Item 5.02: Departure"))
    assert [url for _, url in read(*entries, keep=("Item 1.01",))] == ["0000000001/1-index.htm"]


def test_entries_of_others_with_one_id_stay_apart() -> None:
    entries = [make_entry(name, f"000000000{name}", "1").replace("urn:tag:sec.gov", "urn:other") for name in "12"]
    assert len(read(*entries)) == 2
