"""Lines that are known by their words."""

import pytest

from monitor.extract.wording import is_credit, is_pointer


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
    assert is_credit(line)


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
    assert not is_credit(line)
