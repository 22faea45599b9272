"""A message in the user's own words, from the file to the service."""

import json

import pytest

from tests.conftest import Site
from tests.e2e.conftest import Monitor

NAMES = "Alderon Systems and Birchway Logistics"
PAGE = f"""<html lang="en"><head><title>{NAMES} form partnership</title></head><body><article>
<h1>{NAMES} form partnership</h1><p>{NAMES} said on Monday that they have formed a partnership to run their warehouses
together, the first such agreement between the two companies, which compete in freight elsewhere.</p></article>"""
ROUTES = """
[[routes]]
name = "desk"
url = "slack+http://{address}/desk"
template = "short"
[[targets]]
name = "mail"
url = "slack+http://{address}/mail"
template = "plain"
[[routes]]
name = "mail"
targets = ["mail"]
[[templates]]
name = "short"
title = "{{{{ alert.names | join(' & ') }}}}"
slack = "<!here> *{{{{ alert.what }}}}* by {{{{ route }}}}"
[[templates]]
name = "plain"
text = '''
{{% if alert.link %}}
{{{{ alert.source }}}} {{{{ alert.story }}}}
{{% endif %}}
'''
"""


@pytest.fixture
def desk(monitor: Monitor, site: Site) -> Monitor:
    monitor.allow(site.address)
    monitor.configure(
        sources='[[sources]]\nname = "wire"\nkind = "feed"\nbaseline = false\n' + f'url = "{site.url("/feed")}"',
        routes=ROUTES.format(address=site.address),
    )
    site.put("/1", PAGE)
    site.put_feed("/feed", ("/1", f"{NAMES} form partnership"))
    return monitor


def test_each_target_gets_the_words_of_its_template(desk: Monitor, site: Site) -> None:
    desk.run("check")
    said = {post["text"]: post["blocks"][1]["text"]["text"] for post in map(json.loads, site.posts)}
    assert said == {
        "Alderon Systems &amp; Birchway Logistics": "<!here> *new partnership* by desk",
        f"{NAMES.replace('and', '–')}: new partnership (logistics, confirmed)": "wire 1",
    }


def test_the_command_shows_what_a_target_gets(desk: Monitor) -> None:
    desk.run("check")
    assert desk.run("message", "1") == "Alderon Systems & Birchway Logistics\n<!here> *new partnership* by desk\n"
    assert desk.run("message", "1", "--target", "mail").endswith("\nwire 1\n")
    assert "<p>" in desk.run("message", "1", "--form", "html")
    assert desk.ask("message", "1", "--route", "mail")["message"]["text"] == "wire 1"
    assert "no route has the target 'x'" in desk.run("message", "1", "--target", "x", expect=2)
    assert "no alert has the number 9" in desk.run("message", "9", expect=1)


def test_a_template_that_cannot_be_used_is_told_before_anything_is_sent(desk: Monitor, site: Site) -> None:
    broken = ROUTES.format(address=site.address).replace("alert.what", "alert.wht")
    desk.configure(routes=broken.replace('"plain"\n[[r', '"none"\n[[r'))
    told = " ".join(desk.run("config", "check", expect=2).split())
    assert "routes.toml: 'mail': unknown template 'none'; allowed are plain, short" in told
    desk.configure(routes=broken)
    told = " ".join(desk.run("check", expect=2).split())
    assert "routes.toml: 'short': slack, line 1: unknown name 'wht'; did you mean 'what'?" in told
    assert not site.posts
