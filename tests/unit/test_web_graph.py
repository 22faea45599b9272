"""A company and its partners as a drawing: every partner once, nothing on anything else, from one to sixty."""

from datetime import UTC, datetime
from itertools import pairwise

import pytest

from monitor.models import Relation, RelationState
from monitor.web.graph import MAX_PARTNERS, WIDTH, draw_partners

NOW = datetime(2026, 5, 4, tzinfo=UTC)


def relate(name: str, *, subject: str | None = None, state: RelationState = RelationState.ACTIVE) -> Relation:
    return Relation(companies=("Alder", name), subject=subject, state=state, since=NOW)


@pytest.mark.parametrize("count", [1, 2, 5, 6, 7, 30, 60])
def test_no_name_lies_on_another_and_all_are_in_the_picture(count: int) -> None:
    graph = draw_partners("alder", [relate(f"Partner {number}") for number in range(count)])
    assert sorted(one.name for one in graph.partners) == sorted(f"Partner {number}" for number in range(count))
    for side in ("start", "end"):
        heights = sorted(one.y for one in graph.partners if one.anchor == side)
        assert all(after - before >= 24 for before, after in pairwise(heights))
        assert all(12 <= y <= graph.height - 12 for y in heights)
    assert all(0 < one.text_x < graph.width <= WIDTH for one in graph.partners)
    assert graph.is_one_sided == (count <= 5)
    assert graph.missing == 0


def test_more_partners_than_there_is_room_for_are_counted() -> None:
    graph = draw_partners("alder", [relate(f"Partner {number}") for number in range(MAX_PARTNERS + 7)])
    assert (len(graph.partners), graph.missing) == (MAX_PARTNERS, 7)


def test_a_partner_with_several_subjects_is_one_node_in_its_latest_state() -> None:
    ended = relate("Birch", subject="cloud", state=RelationState.ENDED)
    (partner,) = draw_partners("alder", [ended, relate("Birch")]).partners
    assert (partner.state, len(partner.relations)) == (RelationState.ENDED, 2)


def test_the_company_may_stand_on_either_side_of_a_relation_and_under_a_longer_name() -> None:
    turned = Relation(companies=("Birch", "Alder Motors"), subject=None, state=RelationState.ACTIVE, since=NOW)
    assert [one.name for one in draw_partners("alder", [turned]).partners] == ["Birch"]


@pytest.mark.parametrize("state", RelationState)
def test_a_long_name_is_shortened_to_the_room_beside_its_state(state: RelationState) -> None:
    graph = draw_partners("alder", [relate("B" * 80, state=state)])
    (partner,) = graph.partners
    assert partner.label.endswith("…")
    assert 12 <= len(partner.label) <= 34
    assert len(partner.label) * 8 + len(state) * 6 < graph.width - partner.text_x
    assert partner.name == "B" * 80
