"""The ledger of pairs of companies."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from monitor.models import DatedEvent, Event, EventType, Evidence, Field, Modality, Participant, RelationState
from monitor.track import fold_relations

START = datetime(2026, 1, 1, tzinfo=UTC)


def dated(
    kind: EventType, day: int, *, subject: str | None = None, modality: Modality = Modality.CONFIRMED
) -> DatedEvent:
    return DatedEvent(
        event=Event(
            type=kind,
            participants=(Participant(name="Alder Inc"), Participant(name="Birch")),
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


def test_since_is_the_day_of_the_change() -> None:
    (relation,) = fold_relations([dated(EventType.NEW_PARTNERSHIP, 0), dated(EventType.SUPPLY_AGREEMENT, 4)])
    assert relation.since == START
    assert relation.companies == ("Alder Inc", "Birch")


@given(
    st.lists(
        st.builds(
            dated,
            st.sampled_from(EventType),
            st.integers(0, 5),
            subject=st.sampled_from([None, "cloud"]),
            modality=st.sampled_from(Modality),
        ),
        max_size=8,
    ).flatmap(lambda events: st.tuples(st.just(events), st.permutations(events)))
)
def test_the_order_of_arrival_does_not_matter(orders: tuple[list[DatedEvent], list[DatedEvent]]) -> None:
    arrived, shuffled = orders
    assert fold_relations(arrived) == fold_relations(shuffled)
