"""What speaks for and against that two articles tell the same news."""

import pytest

from monitor.models import EventType
from monitor.track.signs import Account, list_signs, list_weights, weigh_signs

AGAINST = {"length", "another party", "other names", "other figures", "another subject"}
"""Length: long articles share words by chance."""


def account(
    passage: str,
    *companies: str,
    kind: EventType = EventType.SUPPLY_AGREEMENT,
    subjects: frozenset[str] = frozenset(),
) -> Account:
    companies = companies or ("alder", "birch")
    return Account(passage=passage, companies=frozenset(companies), types=frozenset({kind}), subjects=subjects)


ORDER = account("Alder orders 62 gearboxes\nAlder has ordered 62 gearboxes for its ferries in Tromso from Birch.")


def test_every_sign_has_a_weight_for_or_against() -> None:
    weights = list_weights()
    assert weights.keys() == {*list_signs(ORDER, ORDER), "enough"}
    assert {sign for sign, weight in weights.items() if weight < 0} == AGAINST


def test_the_same_order_in_other_words_is_one_story() -> None:
    again = account(
        "Birch to fit ferries\nBirch will build gearboxes for the Tromso ferries of Alder under a contract."
    )
    assert weigh_signs(ORDER, again) > 0


@pytest.mark.parametrize(
    ("sign", "passage"),
    [
        ("other figures", "Alder orders 18 gearboxes\nAlder has ordered 18 gearboxes from Birch."),
        ("other names", "Alder orders gearboxes\nAlder has ordered gearboxes for its ferries in Split from Birch."),
    ],
)
def test_another_number_or_place_tells_against_it(sign: str, passage: str) -> None:
    other = account(passage)
    assert list_signs(ORDER, other)[sign]
    assert not list_signs(ORDER, ORDER)[sign]
    assert weigh_signs(ORDER, other) < weigh_signs(ORDER, ORDER)


@pytest.mark.parametrize(
    ("left", "right"),
    [("Alder orders 62 gearboxes.", "Alder buys parts for 4,000 buses."), ("Birch builds in hall 62.", "In hall 18.")],
)
def test_a_number_of_other_things_does_not(left: str, right: str) -> None:
    assert not list_signs(account(left), account(right))["other figures"]


@pytest.mark.parametrize(("kind", "is_other"), [(EventType.PARTNER_LEFT, True), (EventType.DISPUTE, False)])
def test_who_leaves_is_the_news_even_if_the_others_are_named(kind: EventType, is_other: bool) -> None:  # noqa: FBT001
    first = account("Alder leaves Cargo Circle, where Birch stays", "alder", "cargo circle", kind=kind)
    second = account("Birch leaves Cargo Circle after Alder", "birch", "cargo circle", kind=kind)
    assert list_signs(first, second)["another party"] == is_other


def test_signs_do_not_depend_on_the_order() -> None:
    other = account("Birch and Alder part\nBirch ends 3 contracts with Alder in Tromso.", kind=EventType.TERMINATION)
    assert list_signs(ORDER, other) == pytest.approx(list_signs(other, ORDER))
