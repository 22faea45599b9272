"""A small news site of our own, served on loopback: something to watch without network or account.

stories.toml, outlets.toml   what it tells, and what must be alerted
content.py                   the same as values
edition.py                   one run of the site: what can be read at a given moment
render.py                    a path of an edition -> the document it holds
server.py                    documents over HTTP, with ETags
site.py                      start it, watch it, close it
"""

from monitor.demo.content import DemoStory, Expectation, load_stories
from monitor.demo.site import DemoSite, start_demo_site

__all__ = ["DemoSite", "DemoStory", "Expectation", "load_stories", "start_demo_site"]
