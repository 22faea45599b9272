"""Lines that are told from an article's text by what they say."""

import pytest

from monitor.extract import extract
from monitor.extract.wording import is_furniture, is_pointer, is_promo

STORY = [
    f"The ferry line said on {day} that it would sell {number} of its ships to Aldermoor, since the route to the isles "
    f"had lost passengers for the {number}. year in a row and the port wants more for each berth."
    for number, day in enumerate(("Monday", "Tuesday", "Wednesday", "Thursday", "Friday"), start=2)
]


def read(*paragraphs: str) -> list[str]:
    body = "".join(f"<p>{text}</p>" for text in paragraphs)
    page = f"<html><head><title>Ships go</title></head><body><article><h1>Ships go</h1>{body}</article></body></html>"
    return extract(page).text.split("\n\n")


@pytest.mark.parametrize(
    "line",
    [
        "Also Read | Port raises its fees again",
        "Read More",
        "Lire aussi : Le port relève ses tarifs",
        "Lesen Sie auch: Der Hafen erhöht seine Gebühren",
        "Mehr zum Thema: Fähren",
        "Más información: El puerto sube sus tasas",
        "関連記事：港湾使用料、再び上昇",
        "(Reporting by Una Thorne in Leith; Editing by Rolf Beck)",
        "Additional reporting by Una Thorne",
        "Una Thorne contributed to this report.",
        "Write to Una Thorne at una.thorne@quay.example",
        "Photo: Rolf Beck/Quay Pictures",
        "This story was originally published on May 4.",
        "Advertisement",
        "Advertisement - Scroll to Continue",
        "Story continues below advertisement",
        "Estimated reading time: 3 minutes",
        "4 min read",
    ],
)
def test_a_line_of_furniture_is_no_text_wherever_it_stands(line: str) -> None:
    assert read(*STORY[:2], line, *STORY[2:]) == STORY


@pytest.mark.parametrize(
    "line",
    [
        "Related costs rose by a tenth, the line said in its report for the year.",
        "Advertising revenue rose by a tenth.",
        "Read more slowly, the teacher told the class.",
        "The weak currency contributed to the report of a loss, she said.",
        "This story has a second part: the berths.",
        "Editing by hand takes a week.",
        "The photo: a blurred shot of a pier. Nobody knows who took it.",
    ],
)
def test_a_sentence_that_begins_like_furniture_is_text(line: str) -> None:
    assert not is_furniture(line)


@pytest.mark.parametrize(
    "ending",
    [
        "The line lost 40,000 subscribers to its season pass in the spring.",
        "It also lost 300 subscribers.",
        "Der Verlag verlor im Sommer 40.000 Abonnenten an seine Rivalen.",
        "Advertising sales at its terminals fell by a third, it added.",
        "Brokers expect Aldermoor to get a discount of a tenth on the oldest ship.",
        "“We will unlock the value of your berths,” the new owner said.",
    ],
)
def test_news_of_subscribers_or_advertising_is_no_promo_at_the_end_of_an_article(ending: str) -> None:
    assert not is_promo(ending)
    assert read(*STORY, ending) == [*STORY, ending]


@pytest.mark.parametrize(
    "promo",
    [
        "Subscribe to our newsletter today for free.",
        "Unlock all of our ship data with one click.",
        "Sponsored",
        "Jetzt den Newsletter abonnieren und keine Nachricht mehr verpassen.",
        "Il vous reste 62 % de cet article à lire. La suite est réservée aux abonnés.",
        "Sigue toda la información de Economía en nuestra newsletter semanal.",
        "Una Thorne has no position in any of the stocks mentioned.",
    ],
)
def test_what_speaks_to_its_reader_is_a_promo(promo: str) -> None:
    assert is_promo(promo)


def test_a_long_glossary_is_kept_though_one_entry_sounds_like_a_promo() -> None:
    words = [
        f"{word} – a word that sailors use" for word in ("Berth", "Quay", "Hawser", "Mole", "Jetty", "Buoy", "Helm")
    ]
    words[2] = "Log in – to write the day's course down"
    assert read(*STORY, *words) == [*STORY, *words]


CLOSING = (
    "Aldermoor Ferries runs eleven ships between the isles and was founded in 1921.",
    "Forward-Looking Statements",
    "This release holds statements on the time to come, which may turn out otherwise than the company thinks.",
    "Media Contact:",
    "Una Thorne, +44 1632 960001",
)


@pytest.mark.parametrize(
    "closing",
    [
        ("<b>About Aldermoor Ferries</b>", *CLOSING),
        (f"<b>About Aldermoor Ferries</b><br>{CLOSING[0]}", *CLOSING[1:]),
        CLOSING[1:],
        CLOSING[3:],
        ("About the author", "Una Thorne has written on ships for the Quay Ledger since 2004 and lives in Leith."),
    ],
)
def test_what_closes_a_press_release_is_no_news(closing: tuple[str, ...]) -> None:
    assert read(*STORY, *closing) == STORY


@pytest.mark.parametrize(
    "paragraph",
    [
        "About half of the passengers are islanders, and half of them travel for nothing, the line said.",
        "Forward-looking statements by the new owner made the union wary of what is to come for its members.",
        "Media enquiries about the sale went unanswered on Friday, as did those that were put to the port.",
    ],
)
def test_a_sentence_that_begins_like_a_closing_part_is_text(paragraph: str) -> None:
    assert paragraph in read(*STORY, paragraph)


def test_a_chapter_about_something_else_is_text() -> None:
    heading, text = (
        "About Prices",
        "Tickets cost as much as in the year before, and children still travel free of charge.",
    )
    assert read(*STORY, heading, text) == [*STORY, heading, text]


@pytest.mark.parametrize(
    "line",
    [
        "Read more: Gilts drift again",
        "RELATED: The week in robots",
        "» Also on quay.example: Harbour museum reopens",
        "On QuayLedger.example: A bridge for Dunmore",
        "More from Quay: Ferry fares rise",
        "You may also like",
        "Lesen Sie auch: Der Hafen wächst",
        "À lire aussi : Le port s’étend",
        "Leer también: El puerto crece",
        "Leggi anche",
        "Leia também: O porto cresce",
        "Click to tweet",
        "Follow Ina Marsh on X and Bluesky.",
        "Sign up for our morning letter.",
        "Download the Quay Ledger app",
        "Listen to our weekly markets podcast wherever you like.",
        "Folgen Sie uns auf allen Kanälen",
        "Abonnez-vous à notre lettre",
    ],
)
def test_a_line_that_points_to_another_article(line: str) -> None:
    assert is_pointer(line)


@pytest.mark.parametrize(
    "line",
    [
        "More people read the paper than ever.",
        "Read the contract, the judge told both sides.",
        "On Monday the two firms met: nothing came of it.",
        "Related parties hold a third of the shares.",
        "You may also want to sell, the broker wrote.",
        "Mehr als tausend Stellen fallen weg.",
        "Follow the money, the old editor used to say.",
        "Subscribe to a share issue they did, at twice the price.",
        "Get the contract signed by May, the bank demands.",
        "Read more: " + "a long sentence that goes on and on, " * 8,
    ],
)
def test_a_sentence_of_the_article_is_no_pointer(line: str) -> None:
    assert not is_pointer(line)


@pytest.mark.parametrize(
    "line",
    [
        "(Reporting by Ina Marsh in Dunmore; editing by Tomas Reed)",
        "Additional reporting by Ina Marsh and Tomas Reed.",
        "(Writing by Ina Marsh; Editing by T. Reed and Bo Lind)",
        "Image copyright Quay Pictures",
        "5 min read",
        "Tempo de leitura: 2 minutos",
        "Lesezeit: 3 Minuten",
    ],
)
def test_a_line_that_says_who_made_it_or_how_long_it_takes(line: str) -> None:
    assert is_furniture(line)


@pytest.mark.parametrize(
    "line",
    [
        "Writing by hand helps pupils remember, a study says.",
        "Reporting by the two firms was late, the regulator found.",
        "Reading time is what most managers lack, the survey among four hundred of them says.",
        "Editing by machine saves the paper two posts.",
    ],
)
def test_a_sentence_of_the_article_is_no_credit(line: str) -> None:
    assert not is_furniture(line)
