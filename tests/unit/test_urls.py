"""URLs: one canonical form, never another host, and what is refused."""

import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.errors import UrlError
from monitor.urls import MAX_URL_CHARS, canonical_url, host_of, is_same_site


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("https://News.Example.COM", "https://news.example.com/"),
        ("  http://example.com/a\n", "http://example.com/a"),
        ("http://example.com:80/", "http://example.com/"),
        ("https://example.com:443/", "https://example.com/"),
        ("https://example.com:080/", "https://example.com:80/"),
        ("https://example.com/a#part", "https://example.com/a"),
        ("https://example.com/?", "https://example.com/"),
        ("https://example.com/a/./b/../c", "https://example.com/a/c"),
        ("https://example.com/../../a", "https://example.com/a"),
        ("https://example.com/a/%2e%2E/b", "https://example.com/b"),
        ("https://example.com/a//b/..", "https://example.com/a//"),
        ("https://example.com/%7euser/%e2%82%ac", "https://example.com/~user/%E2%82%AC"),
        ("https://example.com/a%2fb", "https://example.com/a%2Fb"),
        ("https://example.com/100%/%%34%31", "https://example.com/100%25/%2541"),
        ("https://example.com/über uns", "https://example.com/%C3%BCber%20uns"),
        ("https://example.com/?b=2&a=1&b=3", "https://example.com/?b=2&a=1&b=3"),
        ("https://example.com/?ids[]=1|2", "https://example.com/?ids[]=1%7C2"),
        ("https://bücher.example/", "https://xn--bcher-kva.example/"),
        ("https://BÜCHER.example/", "https://xn--bcher-kva.example/"),
        ("https://xn--bcher-kva.example/", "https://xn--bcher-kva.example/"),
        ("https://straße.example/", "https://xn--strae-oqa.example/"),
        ("http://192.0.2.7:8000/", "http://192.0.2.7:8000/"),
        ("http://[2001:DB8:0:0::1]/", "http://[2001:db8::1]/"),
        ("http://[::ffff:192.0.2.7]/", "http://[::ffff:c000:207]/"),
        ("http://example.com./", "http://example.com./"),
    ],
)
def test_url_has_one_form(url: str, expected: str) -> None:
    assert canonical_url(url) == expected


@pytest.mark.parametrize(
    ("reference", "expected"),
    [
        ("c", "https://example.com/a/c"),
        ("./c?x=1", "https://example.com/a/c?x=1"),
        ("../c", "https://example.com/c"),
        ("/c", "https://example.com/c"),
        ("//other.example/c", "https://other.example/c"),
        ("http://other.example/", "http://other.example/"),
        ("?y=2", "https://example.com/a/b?y=2"),
        ("", "https://example.com/a/b?x=1"),
        ("#top", "https://example.com/a/b?x=1"),
        ("./a:b", "https://example.com/a/a:b"),
    ],
)
def test_reference_is_resolved_against_its_base(reference: str, expected: str) -> None:
    assert canonical_url(reference, "https://example.com/a/b?x=1#y") == expected


@pytest.mark.parametrize(
    "query",
    [
        "utm_source=x",
        "UTM_Medium=x",
        "utm%5Fcampaign=x",
        "fbclid=1",
        "gclid=1&mc_cid=2",
        "at_medium=feed&at_campaign=f",
    ],
)
def test_tracking_parameters_are_dropped(query: str) -> None:
    assert canonical_url(f"https://example.com/a?{query}") == "https://example.com/a"
    assert canonical_url(f"https://example.com/a?id=7&{query}&p=2") == "https://example.com/a?id=7&p=2"


@pytest.mark.parametrize(
    "url",
    [
        *("", "a/b", "/a", "//example.com/", "ftp://example.com/", "javascript:alert(1)", "mailto:a@example.com"),
        *("http:", "http:/", "http://", "http:///a", "http:example.com", "http:/example.com/", "https://:80/"),
        *("http://user@example.com/", "http://user:secret@example.com/", "http://@example.com/"),
        *("http://a\\b/", "http:\\\\example.com", "https://example.com/a\\b"),
        *("http://exa\tmple.com/", "https://example.com/a\nb", "https://example.com/a\0", "https://example.com/\x7f"),
        *("http://exa mple.com/", "http://exa%6dple.com/", "http://example..com/", "http://.example.com/", "http://./"),
        *("http://a<b/", "http://a|b/", "http://a^b/", "http://*.example.com/", "http://" + "a" * 64 + ".example/"),
        *("http://example.com:x/", "http://example.com:65536/", "http://example.com:-1/", "http://example.com:8٣/"),
        *("http://127.1/", "http://0x7f.0.0.1/", "http://017700000001/", "http://2130706433/", "http://1.2.3.4./"),
        *("http://1.2.3.256/", "http://01.2.3.4/", "http://１２７.0.0.1:x/", "http://example.0x1/"),
        *("http://[::1", "http://[::1]a/", "http://[::1%25lo]/", "http://[:::]/", "http://[1.2.3.4]/", "http://::1/"),
        *(
            "http://xn--/",
            "http://xn--a/",
            "http://xn--ls8h.example/",
            "http://a\u200bb.example/",
            "http://a。example/",
        ),
        *("http://\u0301a.example/", "http://example.com/\ud800", "http://☃.example/"),
        *(
            "http://aẞ.example/",
            "http://aİ.example/",
            "http://aϲ.example/",
            "http://a\u1160b.example/",
            "http://Ｇｏ.example/",
        ),
        "http://example.com/" + "a" * MAX_URL_CHARS,
        "http://example.com/" + "é" * (MAX_URL_CHARS // 2),
    ],
)
def test_doubtful_url_is_refused(url: str) -> None:
    with pytest.raises(UrlError):
        canonical_url(url)


@pytest.mark.parametrize("secret", ["geheim", "geheim" * 100, "ge/heim", "geheim" * 1_000])
def test_refusal_names_the_url_without_its_password(secret: str) -> None:
    with pytest.raises(UrlError, match=r"example\.com") as caught:
        canonical_url(f"https://anna:{secret}@example.com/a")
    assert "heim" not in str(caught.value)


def test_reference_without_a_sound_base_is_refused() -> None:
    for base in (None, "", "/a", "mailto:x@example.com", "http://u@example.com/"):
        with pytest.raises(UrlError):
            canonical_url("b", base)


def test_host_is_bare() -> None:
    assert host_of("https://News.Example.com.:8443/a") == "news.example.com"
    assert host_of("http://[2001:db8::1]:80/") == "2001:db8::1"


@pytest.mark.parametrize(
    ("left", "right", "expected"),
    [
        ("https://example.com/a", "http://www.example.com/b", True),
        ("https://news.example.com/", "https://example.com/", True),
        ("https://a.news.example.com/", "https://news.example.com/", True),
        ("https://a.example.com/", "https://b.example.com/", False),
        ("https://example.com/", "https://badexample.com/", False),
        ("https://example.com/", "https://example.org/", False),
        ("https://com/", "https://example.com/", False),
        ("http://192.0.2.1/", "http://192.0.2.1:81/", True),
        ("http://192.0.2.1/", "http://2.1/", False),
        ("not a url", "not a url", False),
    ],
)
def test_same_site_is_one_host_or_its_subdomains(left: str, right: str, expected: bool) -> None:  # noqa: FBT001 - a table
    assert is_same_site(left, right) is expected
    assert is_same_site(right, left) is expected


HOSTS = st.from_regex(r"[a-z]([a-z0-9]{0,8}[a-z])?(\.[a-z]{2,6}){1,3}", fullmatch=True)
TAILS = st.text(st.sampled_from(string.ascii_letters + string.digits + "/.%?&=;:@!$'()*+,[]|\"<> äß€#-_~"), max_size=60)


@given(st.sampled_from(["http", "https"]), HOSTS, TAILS)
def test_canonical_form_is_a_fixed_point_and_keeps_the_host(scheme: str, host: str, tail: str) -> None:
    result = canonical_url(f"{scheme}://{host}/{tail}")
    assert canonical_url(result) == result
    assert host_of(result) == host
    assert result.startswith(f"{scheme}://{host}/")
    assert result.isascii()


@given(st.text(max_size=80) | TAILS.map("http://".__add__), st.none() | st.just("https://example.com/a/b"))
def test_any_text_gives_a_fixed_point_or_a_refusal(url: str, base: str | None) -> None:
    try:
        result = canonical_url(url, base)
    except UrlError:
        return
    assert canonical_url(result) == result
    assert result.startswith(("http://", "https://"))
    assert set(result) <= set(string.printable) - set(string.whitespace + '\\#"<>^`{|}')
