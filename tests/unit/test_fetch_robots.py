"""robots.txt as RFC 9309 reads it."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.fetch.robots import LONGEST_LIFE_SECONDS, MAX_ROBOTS_BYTES, Robots, parse_robots, product_token


def parse(text: str) -> Robots:
    return parse_robots(text.encode(), token="our-bot")


@pytest.mark.parametrize("mark", [b"\xef\xbb\xbf", b"\xef\xbb", b"\xef"])
def test_what_is_left_of_a_byte_order_mark_hides_no_rule(mark: bytes) -> None:
    assert not parse_robots(mark + b"User-agent: *\nDisallow: /", token="our-bot").allows("/page")


def test_a_line_is_read_as_far_as_a_url_can_reach() -> None:
    robots = parse(f"User-agent: *\nDisallow: /{'a' * 20_000}/b")
    assert not robots.allows(f"/{'a' * 20_000}/c")
    assert robots.allows("/a/c")


def test_a_line_that_the_cap_cuts_off_is_no_rule() -> None:
    rules = b"User-agent: *\nDisallow: /private\n#"
    body = rules + b"x" * (MAX_ROBOTS_BYTES - len(rules) - 12) + b"\nDisallow: /"
    assert len(body) == MAX_ROBOTS_BYTES
    robots = parse_robots(body, token="us")
    assert robots.allows("/news")
    assert not robots.allows("/private")


def test_nothing_said_is_all_allowed() -> None:
    for text in ("", "\ufeff", "# only a comment", "Disallow: /", "<html>not found</html>", "User-agent: *\nDisallow:"):
        assert parse(text).allows("/any")


@pytest.mark.parametrize(
    ("agent", "is_us"),
    [
        ("our-bot", True),
        ("OUR-BOT", True),
        ("our-bot/2.0", True),
        ("our-bot *", True),
        ("*", True),
        ("our", False),
        ("our-bot-images", False),
        ("a our-bot", False),
    ],
)
def test_a_group_is_ours_by_its_whole_token(agent: str, is_us: bool) -> None:  # noqa: FBT001 - a column of the table
    assert parse(f"User-agent: {agent}\nDisallow: /").allows("/page") is not is_us


def test_groups_that_name_us_are_joined_and_outweigh_those_for_all() -> None:
    robots = parse("""
        User-agent: our-bot
        Disallow: /a
        User-agent: *
        Disallow: /b
        User-agent: other
        Disallow: /c
        User-agent: our-bot
        User-agent: other
        Disallow: /d
    """)
    assert [robots.allows(path) for path in ("/a", "/b", "/c", "/d")] == [False, True, True, False]


def test_a_group_that_names_us_without_rules_allows_all() -> None:
    assert parse("User-agent: *\nDisallow: /\n\nUser-agent: our-bot").allows("/page")


def test_lines_that_are_no_rules_do_not_end_a_list_of_agents() -> None:
    robots = parse("User-agent: other\nSitemap: https://example.org/map\nUnknown: x\nUser-agent: *\nDisallow: /")
    assert not robots.allows("/page")


@pytest.mark.parametrize(
    ("rules", "path", "is_allowed"),
    [
        ("Disallow: /fish", "/fish.html", False),
        ("Disallow: /fish", "/Fish.html", True),
        ("Disallow: /fish/", "/fish", True),
        ("Disallow: fish", "/fish", True),
        ("Disallow: /*.php", "/a/b.php?c", False),
        ("Disallow: /*.php$", "/a/b.php?c", True),
        ("Disallow: /*.php$", "/a/b.php", False),
        ("Disallow: /a*/b$", "/a/b/c/b", False),
        ("Disallow: /ab*b$", "/ab", True),
        ("Disallow: /a*b*c", "/acb", True),
        ("Disallow: /a**b", "/ab", False),
        ("Disallow: *", "/", False),
        ("Disallow: /$", "/", False),
        ("Disallow: /$", "/page", True),
        ("Disallow: /a$b", "/a$b", False),
        ("Disallow: /?id=", "/?id=1", False),
        ("Allow: /p\nDisallow: /", "/page", True),
        ("Disallow: /\nAllow: /p", "/page", True),
        ("Allow: /folder\nDisallow: /folder", "/folder/page", True),
        ("Allow: /page\nDisallow: /*.htm", "/page.htm", False),
        ("Allow: /a/index.html\nDisallow: /", "/a/", True),
        ("Allow: /a/index.html\nDisallow: /", "/a/b", False),
        ("Disallow: /", "/robots.txt", True),
        ("Disallow: /a # but not /b", "/a", False),
        ("disallow /a", "/a", False),
        ("DISALLOW : /a", "/a", False),
        ("Dissallow: /a", "/a", False),
        ("Disallow: /ツ", "/%E3%83%84", False),
        ("Disallow: /%e3%83%84", "/%E3%83%84", False),
        ("Disallow: /%7Ename", "/~name", False),
        ("Disallow: /a%2Fb", "/a/b", True),
        ("Disallow: /a b", "/a%20b", False),
    ],
)
def test_the_longest_pattern_decides(rules: str, path: str, is_allowed: bool) -> None:  # noqa: FBT001 - a column of the table
    assert parse("User-agent: *\n" + rules).allows(path) is is_allowed


@pytest.mark.parametrize(
    ("value", "seconds"), [("5", 5), ("0.5", 0.5), ("-1", 0), ("nan", 0), ("inf", 0), ("1e999", 0), ("soon", 0)]
)
def test_crawl_delay_is_a_number_of_seconds(value: str, seconds: float) -> None:
    assert parse(f"User-agent: *\nCrawl-delay: {value}").delay_seconds == seconds


def test_the_end_of_a_line_may_be_any() -> None:
    for end in ("\n", "\r\n", "\r"):
        assert not parse(end.join(["User-agent: *", "Disallow: /a", "Disallow: /b"])).allows("/b")


@pytest.mark.parametrize(
    ("cache_control", "seconds"),
    [
        ("", LONGEST_LIFE_SECONDS),
        ("max-age=7200", 7_200),
        ('public, Max-Age="7200"', 7_200),
        ("max-age=1", 3_600),
        ("max-age=99999999999999", LONGEST_LIFE_SECONDS),
        ("max-age=x", LONGEST_LIFE_SECONDS),
    ],
)
def test_it_lives_between_an_hour_and_a_day(cache_control: str, seconds: float) -> None:
    assert parse_robots(b"", token="x", cache_control=cache_control).life_seconds == seconds


def test_our_token_is_what_stands_before_the_version() -> None:
    assert product_token("our-bot/1.0 (+https://example.org/)") == "our-bot"
    assert product_token("Example Company mail@example.org") == "Example"
    assert product_token("") == ""


@given(st.binary(max_size=300), st.text(max_size=50))
def test_any_bytes_will_do(body: bytes, path: str) -> None:
    parse_robots(b"User-agent: *\nDisallow: " + body, token="our-bot").allows(
        "/" + path.encode("utf-8", "replace").decode()
    )


def test_many_agents_over_many_rules_and_many_wildcards_take_no_time() -> None:
    agents = "".join(f"User-agent: a{number}\n" for number in range(9_000)) + "User-agent: *\n"
    rules = "".join(f"Disallow: /{number}\n" for number in range(9_000))
    wildcards = "Disallow: /" + "*a" * 50_000 + "b\n"
    started = time.process_time()
    assert parse(agents + rules + wildcards).allows("/" + "a" * 2_000)
    assert time.process_time() - started < 2


@pytest.mark.parametrize(
    ("text", "is_allowed"),
    [
        ("User-agent\t*\nDisallow\t/", False),
        ("User-agents: *\nDisallowed: /", False),
        ("User-agent: *\nDisallow / for now", True),
        ("User-agent: *\nDisallow: /\nAllowed: /", True),
    ],
)
def test_keys_are_taken_as_people_write_them(text: str, is_allowed: bool) -> None:  # noqa: FBT001 - a column of the table
    assert parse(text).allows("/page") is is_allowed
