"""Made-up news sites with rotating marketing: ten templates, to measure what leaks into their articles.

Every page has an article of its own. Each fifth one is a follow-up that repeats two paragraphs of the one before.
Between, before or after the paragraphs, inside the element that holds them, stand promos that rotate and count;
beside the article stand the headlines of the neighbours.
"""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from random import Random
from typing import NamedTuple

PAGES = 20
FIRST_DAY = datetime(2026, 3, 2, 9, tzinfo=UTC)


class Template(NamedTuple):
    """How a site builds its pages. In `article`, `promo` and `paragraph` stand the fields that the names say."""

    name: str
    article: str
    paragraph: str
    promo: str
    variants: int
    places: tuple[float, ...]
    """Where promos stand, as shares of the article's length."""


# fmt: off
TEMPLATES = (
    Template("plain paragraphs", "<article><h1>{title}</h1>{body}</article>", "<p>{0}</p>",
             "<p>{0} {1}</p>", 3, (1.0,)),
    Template("strong lead-in", "<main><h1>{title}</h1><div class=story>{body}</div></main>", "<p>{0}</p>",
             "<p><strong>{0}</strong> {1}</p>", 4, (0.5,)),
    Template("hashed classes", "<div class=x7f2><h1 class=q9>{title}</h1><div class=k3b>{body}</div></div>",
             "<div class=v81>{0}</div>", "<div class=v81><span>{0}</span> {1}</div>", 3, (0.3, 1.0)),
    Template("list of offers", "<article><h1>{title}</h1><section>{body}</section></article>", "<p>{0}</p>",
             "<ul><li>{0}</li><li>{1}</li></ul>", 4, (1.0,)),
    Template("quote box", "<article><header><h1>{title}</h1></header>{body}</article>", "<p>{0}</p>",
             "<blockquote><p>{0} {1}</p></blockquote>", 3, (0.4,)),
    Template("heading and text", "<div id=content><h1>{title}</h1>{body}</div>", "<p class=text>{0}</p>",
             "<h3>{0}</h3><p class=text>{1}</p>", 5, (0.6,)),
    Template("table cell", "<table><tr><td><h1>{title}</h1>{body}</td><td>{aside}</td></tr></table>", "<p>{0}</p>",
             "<p><b>{0}</b><br>{1}</p>", 3, (0.0, 1.0)),
    Template("breaks", "<div class=post><h2>{title}</h2><div class=entry>{body}</div></div>", "{0}<br><br>",
             "{0} {1}<br><br>", 3, (1.0,)),
    Template("cards", "<article class=card><h1>{title}</h1><div class=content>{body}</div></article>",
             "<div class=block><p>{0}</p></div>", "<div class=block><p>{0}</p><p>{1}</p></div>", 6, (0.2, 0.7)),
    Template("sections", "<main><article><h1>{title}</h1>{body}</article></main>", "<section><p>{0}</p></section>",
             "<section><p>{0}</p><p>{1}</p></section>", 4, (0.8, 1.0)),
)
# fmt: on

_PROMOS = (
    ("{site} Terminal brings every filing to your desk.", "Save up to {n}% against the old vendors this week."),
    ("Get the {site} morning letter.", "Join {n},000 readers who start their day with us."),
    ("Our analysts answer your questions live.", "Only {n} places are left for the spring course."),
    ("{site} Pro: charts, screeners and alerts.", "Trusted by {n} funds on four continents."),
    ("The {site} podcast is out every Friday.", "Listen to all {n} episodes wherever you like."),
    ("Give a year of {site} to a friend.", "Use the code SPRING{n} before the month is over."),
)
_FIRMS = (
    "Brightwater", "Castellan", "Dunmore Steel", "Eastmark", "Fenwick Labs", "Greyfriars", "Halden Energy",
    "Ironbridge",
    "Juniper Foods", "Kestrel Air", "Lanark Motors", "Merrow Shipping", "Northolt", "Orsted Glass", "Penrose Bank",
)  # fmt: skip
_DEALS = (
    "build batteries together", "share a cloud platform", "sell each other's engines", "end their licence agreement",
    "extend their supply contract", "run a joint laboratory", "open a common plant", "pool their patents",
)  # fmt: skip
_PLACES = ("Lyon", "Gdansk", "Porto", "Turku", "Leeds", "Graz", "Utrecht", "Bilbao", "Aarhus", "Brno")
_PEOPLE = ("chief executive", "finance director", "head of research", "spokeswoman", "chairman", "plant manager")
_SENTENCES = (
    "{a} and {b} will {deal} from {month}, the two companies said in {place} on {day}.",
    "The {person} of {a} put the value at {n} million euros over {m} years.",
    "{b} had talked with two other makers before, according to its {person}.",
    "Shares in {a} rose by {m} per cent while those of {b} hardly moved.",
    "Analysts in {place} doubt that {b} can keep pace with the larger rival.",
    "The contract covers {n} sites and about {m},000 workers in {place} and around it.",
    "Neither side wanted to say what happens if the regulator in {place} objects.",
    "A first line is to start in {month}, with {n} machines that {a} has on order.",
    "“We looked for a partner that understands {place},” said the {person} of {b}.",
    "Until now {a} had bought such parts from a supplier near {place}.",
    "Customers of {b} will see the first results in {month}, its {person} promised.",
    "Union leaders in {place} asked for guarantees until {month} and got {n} jobs.",
    "Banks lend {n} million euros for the move, most of them from {place}.",
    "For {b} it is the third such step in {m} months.",
    "Lawyers on both sides worked through {n} pages before the {person} signed.",
    "A rival offer from {place} was {m} per cent higher but came too late.",
)
_MONTHS = ("April", "May", "June", "July", "September", "October")
_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday")


class SitePage(NamedTuple):
    """A page, and what must and must not be in its text."""

    url: str
    html: str
    published_at: datetime
    paragraphs: list[str]
    promos: list[str]
    """One for each line of a promo."""


def generate_site(template: Template, seed: int) -> list[SitePage]:
    """Return the pages of a site in the order of their publication."""
    random = Random(f"{template.name} {seed}")  # noqa: S311 - nothing secret
    site = random.choice(("Ledger", "Quayside", "Tidewater", "Beacon"))
    stories = list(_write_stories(random))
    titles = [title for title, _ in stories]
    promos = random.sample(_PROMOS, template.variants)
    return [
        _build_page(template, index, stories[index], titles, _rotate(promos, index, len(template.places), site, random))
        for index in range(PAGES)
    ]


def _write_stories(random: Random) -> Iterator[tuple[str, list[str]]]:
    background: list[str] = []
    a = _FIRMS[0]
    for index in range(PAGES):
        a = a if index % 5 == 4 else random.choice(_FIRMS)
        b = random.choice([firm for firm in _FIRMS if firm != a])
        deal = random.choice(_DEALS)
        sentences = [
            _fill(sentence, a, b, deal, random) for sentence in random.sample(_SENTENCES[1:], len(_SENTENCES) - 1)
        ]
        paragraphs = [" ".join(sentences[at : at + 2]) for at in range(0, 2 * random.randint(4, 7), 2)]
        paragraphs.insert(0, _fill(_SENTENCES[0], a, b, deal, random))
        if index % 5 == 4:
            paragraphs[2:2] = background
        background = paragraphs[1:3]
        yield f"{a} and {b} to {deal}", paragraphs


def _fill(sentence: str, a: str, b: str, deal: str, random: Random) -> str:
    return sentence.format(
        a=a, b=b, deal=deal, n=random.randint(11, 980), m=random.randint(2, 30), place=random.choice(_PLACES),
        person=random.choice(_PEOPLE), month=random.choice(_MONTHS), day=random.choice(_DAYS),
    )  # fmt: skip


def _rotate(promos: list[tuple[str, str]], index: int, count: int, site: str, random: Random) -> list[tuple[str, str]]:
    """Return the promos of a page, the next ones of the rotation, with other figures each time."""
    chosen = (promos[(index + place) % len(promos)] for place in range(count))
    figures = random.randint(12, 98)
    return [(first.format(site=site, n=figures), second.format(site=site, n=figures)) for first, second in chosen]


def _build_page(
    template: Template, index: int, story: tuple[str, list[str]], titles: list[str], promos: list[tuple[str, str]]
) -> SitePage:
    title, paragraphs = story
    pieces = [template.paragraph.format(paragraph) for paragraph in paragraphs]
    for place, promo in sorted(zip(template.places, promos, strict=True), reverse=True):
        pieces.insert(round(place * len(paragraphs)), template.promo.format(*promo))
    published_at = FIRST_DAY + timedelta(days=index)
    aside = "".join(f"<li><a href=/n/{at}>{text}</a></li>" for at, text in enumerate(titles[max(0, index - 5) : index]))
    menu = "".join(f"<li><a href=/{word}>{word.title()}</a></li>" for word in ("markets", "firms", "ideas", "people"))
    article = template.article.format(title=title, body="".join(pieces), aside=f"<ul>{aside}</ul>")
    rest = "" if "{aside}" in template.article else f"<aside><h3>Latest</h3><ul>{aside}</ul></aside>"
    html = (
        f"<!doctype html><html lang=en><head><title>{title}</title><meta property=article:published_time "
        f'content="{published_at.isoformat()}"></head><body><nav><ul>{menu}</ul></nav>{article}{rest}'
        f"<footer>All rights reserved</footer></body></html>"
    )
    lines = [line for promo in promos for line in promo]
    return SitePage(
        f"https://{template.name.replace(' ', '-')}.example/n/{index}", html, published_at, paragraphs, lines
    )
