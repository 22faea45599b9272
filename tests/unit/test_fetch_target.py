"""Where a request goes."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.errors import FetchFault
from monitor.fetch.failure import Failure
from monitor.fetch.target import next_target, origin_of, parse_target
from monitor.urls import canonical_url

HOST_PARTS = st.sampled_from(
    ["a", "A", "example", ".", "-", "@", ":", "80", "[", "]", "::1", "0:0", "é", "ß", "Ａ", "%41", "\\", "/", "?"]
)


def test_a_url_is_requested_as_it_was_given_but_for_its_fragment() -> None:
    for url in ("http://example.org/a?utm_source=b&c=%7e", "https://example.org:8443/A//b?", "http://[2606:4700::1]/"):
        assert str(parse_target(url + "#part")) == url
    assert str(parse_target(" http://EXAMPLE.org:80 \n")) == "http://example.org/"


@given(st.lists(HOST_PARTS, max_size=6).map("".join))
def test_the_host_is_the_canonical_one_or_the_url_is_refused(host: str) -> None:
    url = f"http://{host}/"
    try:
        target = parse_target(url)
    except Failure:
        return
    assert canonical_url(url).startswith(origin_of(target) + "/")


@pytest.mark.parametrize("url", ["", "example.org", "ftp://example.org", "http://", "http://u:p@example.org/"])
def test_what_is_not_plainly_a_url_is_refused_without_being_repeated(url: str) -> None:
    with pytest.raises(Failure) as caught:
        parse_target(url)
    assert caught.value.fault is FetchFault.BAD_URL
    assert not caught.value.is_temporary
    assert not url or url not in caught.value.detail


@pytest.mark.parametrize(
    ("location", "target"),
    [
        ("/b", "https://example.org/b"),
        ("b?c", "https://example.org/a/b?c"),
        ("//example.com/b", "https://example.com/b"),
        ("https://example.com", "https://example.com/"),
        ("/caf\xc3\xa9", "https://example.org/caf%C3%A9"),
        ("/caf\xe9", "https://example.org/caf%C3%A9"),
        ("/a b", "https://example.org/a%20b"),
        ("", "https://example.org/a/page"),
        ("http://example.org/", None),
        ("javascript:alert(1)", None),
        ("file:///etc/passwd", None),
        ("/\\example.com", None),
        ("///example.com", None),
        ("https:example.com", None),
        ("https://u@example.com/", None),
    ],
)
def test_a_redirect_leads_to_a_plain_url_or_nowhere(location: str, target: str | None) -> None:
    here = parse_target("https://example.org/a/page")
    if target is not None:
        assert str(next_target(here, location)) == target
        return
    with pytest.raises(Failure) as caught:
        next_target(here, location)
    assert caught.value.fault is FetchFault.BAD_REDIRECT
