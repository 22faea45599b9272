"""The ledger of pairs of companies."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.models import DatedEvent, Event, EventType, Evidence, Field, Modality, Participant, RelationState
from monitor.track import fold_relations, trace_relations

START = datetime(2026, 1, 1, tzinfo=UTC)


def dated(
    kind: EventType,
    day: int,
    *,
    subject: str | None = None,
    modality: Modality = Modality.CONFIRMED,
    names: tuple[str, ...] = ("Alder Inc", "Birch"),
) -> DatedEvent:
    return DatedEvent(
        event=Event(
            type=kind,
            participants=tuple(Participant(name=name) for name in names),
            modality=modality,
            evidence=Evidence(field=Field.TEXT, start=0, end=1, sentence=f"{kind} {day}"),
            rule="rule",
            subject=subject,
        ),
        at=START + timedelta(days=day),
    )


def states(*events: DatedEvent) -> dict[str | None, RelationState]:
    return {relation.subject: relation.state for relation in fold_relations(events)}


def test_each_subject_has_a_state_of_its_own() -> None:
    assert states(
        dated(EventType.EXCLUSIVITY_GRANTED, 0, subject="cloud"),
        dated(EventType.EXCLUSIVITY_GRANTED, 0, subject="API"),
        dated(EventType.EXCLUSIVITY_LOST, 9, subject="cloud"),
        dated(EventType.RIGHT_OF_FIRST_REFUSAL, 9, subject="cloud"),
    ) == {"cloud": RelationState.FIRST_REFUSAL, "API": RelationState.EXCLUSIVE}


def test_what_is_only_said_moves_nothing() -> None:
    pact = dated(EventType.NEW_PARTNERSHIP, 0)
    for modality in (Modality.SPECULATED, Modality.DENIED, Modality.CONDITIONAL):
        assert states(pact, dated(EventType.TERMINATION, 1, modality=modality)) == {None: RelationState.ACTIVE}


def test_background_fills_only_an_empty_state() -> None:
    old = dated(EventType.NEW_PARTNERSHIP, 5, modality=Modality.HISTORICAL)
    assert states(old) == {None: RelationState.ACTIVE}
    assert states(dated(EventType.TERMINATION, 1), old) == {None: RelationState.ENDED}


def test_an_extension_keeps_exclusivity() -> None:
    assert states(dated(EventType.EXCLUSIVITY_GRANTED, 0), dated(EventType.EXTENSION_RENEWAL, 1)) == {
        None: RelationState.EXCLUSIVE
    }


@pytest.mark.parametrize(
    ("open_by", "state"),
    [
        (EventType.EXCLUSIVITY_GRANTED, RelationState.EXCLUSIVE),
        (EventType.RIGHT_OF_FIRST_REFUSAL, RelationState.FIRST_REFUSAL),
        (EventType.EXCLUSIVITY_LOST, RelationState.NON_EXCLUSIVE),
    ],
)
@pytest.mark.parametrize(
    "start",
    [
        EventType.NEW_PARTNERSHIP,
        EventType.SUPPLY_AGREEMENT,
        EventType.LICENCE_AGREEMENT,
        EventType.JOINT_VENTURE,
        EventType.PARTNER_JOINED,
    ],
)
def test_one_more_deal_leaves_an_open_relation_as_exclusive_as_it_was(
    start: EventType, open_by: EventType, state: RelationState
) -> None:
    assert states(dated(open_by, 0), dated(start, 1)) == {None: state}


def test_a_deal_after_the_end_opens_the_relation_again() -> None:
    assert states(
        dated(EventType.EXCLUSIVITY_GRANTED, 0), dated(EventType.TERMINATION, 1), dated(EventType.SUPPLY_AGREEMENT, 2)
    ) == {None: RelationState.ACTIVE}


def pairs(*named: tuple[str, ...]) -> set[tuple[str, str]]:
    events = [dated(EventType.NEW_PARTNERSHIP, day, names=names) for day, names in enumerate(named)]
    return {relation.companies for relation in fold_relations(events)}


def test_a_short_name_moves_the_relation_of_the_long_one() -> None:
    (relation,) = fold_relations(
        [
            dated(EventType.NEW_PARTNERSHIP, 0, names=("Alder Motors", "Birch")),
            dated(EventType.TERMINATION, 1, names=("Alder", "Birch Labs Inc")),
        ]
    )
    assert (relation.companies, relation.state) == (("Alder Motors", "Birch Labs Inc"), RelationState.ENDED)


@pytest.mark.parametrize(
    ("named", "found"),
    [
        ([("Alder", "Birch"), ("Alder Motors", "Birch"), ("Alder Motors North", "Birch")], 1),
        ([("Alder", "Birch"), ("Alder Motors", "Birch"), ("Alder Bank", "Birch")], 3),
        ([("Alder", "Birch"), ("Alder Motors", "Birch"), ("Alder Bank", "Cedar")], 2),
        ([("Alder", "Birch"), ("Alder Motors", "Cedar")], 2),
        ([("Alder", "Birch"), ("Alderon", "Birch")], 2),
        ([("Alder", "Alder Motors", "Birch")], 1),
        ([("Alder", "Alder Motors")], 0),
    ],
)
def test_a_short_name_joins_the_long_one_only_where_it_is_clear_which(named: list[tuple[str, ...]], found: int) -> None:
    assert len(pairs(*named)) == len(pairs(*reversed(named))) == found


def test_since_is_the_day_of_the_change() -> None:
    (relation,) = fold_relations([dated(EventType.NEW_PARTNERSHIP, 0), dated(EventType.SUPPLY_AGREEMENT, 4)])
    assert relation.since == START
    assert relation.companies == ("Alder Inc", "Birch")


@given(
    st.lists(
        st.builds(
            dated,
            st.sampled_from(EventType),
            st.integers(0, 2),
            subject=st.sampled_from([None, "", "cloud", "Cloud"]),
            modality=st.sampled_from(Modality),
            names=st.lists(
                st.sampled_from(["Alder", "Alder Inc", "Alder Motors", "Alder Bank", "Birch", "BIRCH", "Birch Labs"]),
                min_size=1,
                max_size=3,
                unique=True,
            ).map(tuple),
        ),
        max_size=8,
    ).flatmap(lambda events: st.tuples(st.just(events), st.permutations(events)))
)
def test_the_order_of_arrival_does_not_matter(orders: tuple[list[DatedEvent], list[DatedEvent]]) -> None:
    arrived, shuffled = orders
    assert fold_relations(arrived) == fold_relations(shuffled)


def test_relations_of_one_day_have_an_order() -> None:
    events = [dated(EventType.DISPUTE, 0), dated(EventType.DISPUTE, 0, subject="cloud")]
    assert fold_relations(events) == fold_relations(events[::-1])


def test_relations_of_some_companies_are_those_of_all() -> None:
    """What `store.history` finds by the first words of names is enough to know who is who."""
    named = [("Alder Motors", "Birch"), ("Alder", "Birch"), ("Alder Bank", "Cedar"), ("Birch Labs", "Cedar", "Dove")]
    events = [dated(EventType.NEW_PARTNERSHIP, day, names=names) for day, names in enumerate(named)]
    alders = [one for one in events if any("Alder" in participant.name for participant in one.event.participants)]
    assert fold_relations(alders) == tuple(
        relation for relation in fold_relations(events) if "Alder" in "".join(relation.companies)
    )


def test_each_step_of_a_relation_names_both_states_and_its_event() -> None:
    events = [
        dated(EventType.RIGHT_OF_FIRST_REFUSAL, 9, subject="cloud"),
        dated(EventType.EXCLUSIVITY_GRANTED, 0, subject="cloud"),
        dated(EventType.EXCLUSIVITY_LOST, 9, subject="cloud"),
        dated(EventType.NEW_PARTNERSHIP, 4, subject="API"),
    ]
    steps = trace_relations(events)
    assert [(step.subject, step.before.value, step.after.value, step.at.day) for step in steps] == [
        ("cloud", "none", "exclusive", 1),
        ("API", "none", "active", 5),
        ("cloud", "exclusive", "non-exclusive", 10),
        ("cloud", "non-exclusive", "right of first refusal", 10),
    ]
    assert [step.event for step in steps] == [events[place].event for place in (1, 3, 2, 0)]


def test_an_expansion_widens_an_open_relation_and_leaves_an_exclusive_one() -> None:
    wider = dated(EventType.EXPANSION, 5)
    assert states(dated(EventType.NEW_PARTNERSHIP, 0), wider) == {None: RelationState.EXPANDED}
    assert states(wider, dated(EventType.EXTENSION_RENEWAL, 6)) == {None: RelationState.EXPANDED}
    assert states(dated(EventType.EXCLUSIVITY_GRANTED, 0), wider) == {None: RelationState.EXCLUSIVE}
