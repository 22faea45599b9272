"""Bytes to clean text: Page -> Article.

charset   bytes to characters
blocks    the page as runs of text with their places
content   which of them are the article
roles     what a block is, and what a source's own rules make of it
vocabulary, features, context, model   how likely a block is of the article: a small trained model
compose   the article's text, and the audit of what was removed
metadata  title, authors, times, site, language, from what the page marks for programs: marks, jsonld, headings, titles,
          authors, published, tickers; with dates and names
byline    authors and day as shown next to the headline
wording   how promo and fragments read
plain     the same for a page that was saved as text
page      all of it, in order
learned   what a site shows under article after article, taken out of the next ones
"""

from monitor.extract.page import DEFAULT_RULES, explain, extract
from monitor.extract.plain import extract_plain
from monitor.extract.roles import check_selector

__all__ = ["DEFAULT_RULES", "check_selector", "explain", "extract", "extract_plain"]
