"""Events of an article: who, what, how sure, where it stands."""

from datetime import UTC, date, datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.detect import Ruleset, compile_rules, detect, load_pack
from monitor.detect.candidates import find_candidates
from monitor.detect.tokens import read_document
from monitor.detect.weights import Weights
from monitor.models import Article, Company, Event, EventType, Field, Modality, Rule

COMPANIES = (
    Company(name="Halden", aliases=("Halden Motors",), ticker="HLDN"),
    Company(name="Veltro"),
    Company(name="Brightwater"),
    Company(name="Umbra", exact_aliases=("Umbra",)),
)


@pytest.fixture(scope="module")
def ruleset() -> Ruleset:
    return compile_rules(load_pack(), COMPANIES)


def read(ruleset: Ruleset, text: str, title: str = "") -> tuple[Event, ...]:
    return detect(Article(url="", title=title, text=text), ruleset)


def names(event: Event) -> list[str]:
    return [participant.name for participant in event.participants]


@pytest.mark.parametrize(
    ("text", "kind", "companies"),
    [
        ("Halden and Veltro announced a strategic partnership on Monday.", "new_partnership", ["Halden", "Veltro"]),
        ("Halden, Veltro to form joint venture for vans", "joint_venture", ["Halden", "Veltro"]),
        ("Halden signed a supply agreement with Veltro on Tuesday.", "supply_agreement", ["Halden", "Veltro"]),
        ("Halden inks licence deal with Veltro", "licence_agreement", ["Halden", "Veltro"]),
        (
            "Brightwater joins the van alliance of Halden and Veltro",
            "partner_joined",
            ["Brightwater", "Halden", "Veltro"],
        ),
        ("Halden expands its partnership with Veltro", "expansion", ["Halden", "Veltro"]),
        ("Halden renewed its contract with Veltro.", "extension_renewal", ["Halden", "Veltro"]),
        ("Halden and Veltro renegotiated their supply contract.", "terms_changed", ["Halden", "Veltro"]),
        ("Halden signs exclusive distribution deal with Veltro", "exclusivity_granted", ["Halden", "Veltro"]),
        ("Halden loses its exclusive rights at Veltro.", "exclusivity_lost", ["Halden", "Veltro"]),
        (
            "Halden keeps a right of first refusal on capacity of Veltro.",
            "right_of_first_refusal",
            ["Halden", "Veltro"],
        ),
        ("Halden suspends supply agreement with Veltro", "suspension", ["Halden", "Veltro"]),
        ("Halden sues Veltro over breach of supply contract", "dispute", ["Halden", "Veltro"]),
        ("Halden ends joint venture with Veltro", "termination", ["Halden", "Veltro"]),
        ("Brightwater quits the van alliance led by Veltro", "partner_left", ["Brightwater", "Veltro"]),
        ("Halden in talks with Veltro to form alliance: report", "in_talks", ["Halden", "Veltro"]),
    ],
)
def test_each_type_is_found_with_its_participants(ruleset: Ruleset, text: str, kind: str, companies: list[str]) -> None:
    events = [event for event in read(ruleset, text) if event.type == kind]
    assert len(events) == 1
    assert names(events[0]) == companies


@pytest.mark.parametrize(
    "text",
    [
        "Halden earned $3 billion in the second quarter, beating forecasts.",
        "Halden agreed to buy Veltro for $2 billion in cash.",
        "Halden sued Veltro for copying the design of its vans.",
        "Jane Roe was named a partner at the law firm Brightwater LLP.",
        "Halden Energy Partners LP declared a distribution of 50 cents per unit.",
        "The two countries signed a trade agreement at the summit.",
        "The striker signed a two-year contract with the club.",
        "The union reached a wage agreement with Halden.",
        "Halden raised a $300 million loan from its banks.",
        "Our guide to the best deals on vans this weekend.",
    ],
)
def test_other_senses_of_the_words_do_not_fire(ruleset: Ruleset, text: str) -> None:
    assert read(ruleset, text) == ()


@pytest.mark.parametrize(
    ("text", "modality"),
    [
        ("Halden ended its partnership with Veltro on Monday.", "confirmed"),
        ("Halden may scrap its partnership with Veltro.", "speculated"),
        ("Halden is exploring an exit from its joint venture with Veltro.", "speculated"),
        ("Halden is to end its partnership with Veltro, people familiar with the matter said.", "reported"),
        ("Halden denied that it would end its partnership with Veltro.", "denied"),
        ("Halden will not end its partnership with Veltro, it said on Monday.", "denied"),
        ("In 2006, Halden ended its partnership with Veltro.", "historical"),
        ("Halden said it would end its partnership with Veltro.", "confirmed"),
        ("If regulators approve, Halden will end its partnership with Veltro.", "conditional"),
        ("Halden is expected to end its partnership with Veltro.", "conditional"),
        ("Halden declined to comment after it ended its partnership with Veltro.", "confirmed"),
        ("Halden ended its partnership with Veltro in May.", "confirmed"),
        ("Halden ends partnership with Veltro - The Information", "reported"),
        ("Halden has ended its partnership with Veltro, the Ashby Courier reported on Monday.", "reported"),
        ("Halden has ended its partnership with Veltro, according to an internal memo.", "reported"),
        ("Will Halden end its partnership with Veltro?", "speculated"),
        ("Halden is not planning to end its partnership with Veltro, a spokesman said.", "denied"),
        ("Halden will end its partnership with Veltro, provided the two agree on prices.", "conditional"),
        ("Halden will end its partnership with Veltro once the regulator clears the sale.", "conditional"),
    ],
)
def test_modality_is_read_in_the_clause(ruleset: Ruleset, text: str, modality: str) -> None:
    (event,) = read(ruleset, text)
    assert event.type is EventType.TERMINATION
    assert event.modality == modality


@pytest.mark.parametrize(("year", "modality"), [(2019, "historical"), (2026, "confirmed"), (2027, "confirmed")])
def test_a_year_is_history_only_before_the_articles_own(ruleset: Ruleset, year: int, modality: str) -> None:
    text = f"Halden ended its partnership with Veltro in March {year}."
    article = Article(url="", title="", text=text, published_at=datetime(2026, 11, 23, tzinfo=UTC))
    assert [event.modality for event in detect(article, ruleset)] == [modality]


def test_evidence_is_the_exact_sentence(ruleset: Ruleset) -> None:
    text = "Shares rose.\n\n  Halden Inc. signed a partnership with Veltro.  Analysts cheered."
    (event,) = read(ruleset, text)
    assert event.evidence.field is Field.TEXT
    assert event.evidence.sentence == "Halden Inc. signed a partnership with Veltro."
    assert text[event.evidence.start : event.evidence.end] == event.evidence.sentence
    assert event.evidence.words == "signed a partnership"


def test_one_agreement_told_twice_is_one_event_with_the_title_as_evidence(ruleset: Ruleset) -> None:
    title = "Halden signs partnership with Veltro"
    (event,) = read(ruleset, "Halden said on Monday it had signed a partnership with Veltro.", title)
    assert event.evidence.field is Field.TITLE
    assert event.evidence.sentence == title


def test_a_title_that_the_text_repeats_is_told_once_from_the_text(ruleset: Ruleset) -> None:
    title = "Halden signs partnership with Veltro"
    (event,) = read(ruleset, f"{title}\n\nHalden shares rose.", title)
    assert event.evidence.field is Field.TEXT
    assert event.evidence.start == 0


def test_agreements_with_different_parties_are_different_events(ruleset: Ruleset) -> None:
    text = "Halden signed a partnership with Veltro. Brightwater signed a partnership with Umbra."
    assert [names(event) for event in read(ruleset, text)] == [["Halden", "Veltro"], ["Brightwater", "Umbra"]]


def test_unlisted_companies_are_found_and_marked(ruleset: Ruleset) -> None:
    (event,) = read(ruleset, "Halden (HLDN.N) said on Monday it had signed a partnership with Kestrel Systems Inc.")
    assert [(each.name, each.is_watched) for each in event.participants] == [
        ("Halden", True),
        ("Kestrel Systems", False),
    ]


@pytest.mark.parametrize(
    ("written", "name"),
    [
        ("Bank of Kestrel", "Bank of Kestrel"),
        ("Kestrel & Finch", "Kestrel & Finch"),
        ("France's Kestrel", "Kestrel"),
        ("Chief Executive Jane Roe of Kestrel", "Kestrel"),
        ("carmaker Kestrel ( KSTR.PA )", "Kestrel"),
        ("Kestrel Inc., the maker of vans", "Kestrel"),
    ],
)
def test_names_are_read_as_newspapers_write_them(ruleset: Ruleset, written: str, name: str) -> None:
    (event,) = read(ruleset, f"Halden said on Monday it had signed a partnership with {written}.")
    assert names(event) == ["Halden", name]


@pytest.mark.parametrize(
    "lede",
    [
        "The companies said they would end their joint venture in June.",
        "The two carmakers have agreed to dissolve their joint venture by June, sources said.",
        "It will end its partnership with Veltro in June.",
    ],
)
def test_the_companies_of_the_headline_are_meant_by_the_companies(ruleset: Ruleset, lede: str) -> None:
    (event,) = (one for one in read(ruleset, lede, "Shares of Halden and Veltro fall") if one.type == "termination")
    assert names(event) == ["Halden", "Veltro"]


@pytest.mark.parametrize(
    ("text", "is_told"),
    [
        ("Halden builds a battery plant in Ashby", False),
        ("Halden builds a battery plant in Ashby after Veltro's retreat", False),
        ("Halden and Veltro to build battery plant together in Ashby", True),
    ],
)
def test_a_name_behind_in_is_a_place(ruleset: Ruleset, text: str, *, is_told: bool) -> None:
    assert bool(read(ruleset, text)) is is_told


def test_a_headline_of_three_companies_says_not_which_two_are_meant(ruleset: Ruleset) -> None:
    events = read(
        ruleset, "The companies will end their joint venture in June.", "Shares of Halden, Veltro and Umbra fall"
    )
    assert [event for event in events if len(names(event)) > 1] == []


def test_this_deal_takes_its_other_party_from_the_deal_told_before(ruleset: Ruleset) -> None:
    text = "Halden signed a partnership with Veltro on Monday. Analysts say Halden might end this partnership soon."
    events = {event.type: event for event in read(ruleset, text)}
    assert sorted(names(events[EventType.TERMINATION])) == ["Halden", "Veltro"]
    assert events[EventType.TERMINATION].modality is Modality.SPECULATED


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("Halden ended its partnership with Veltro, effective March 1, 2027.", date(2027, 3, 1)),
        ("Halden ends its partnership with Veltro as of 30 June 2027.", date(2027, 6, 30)),
        ("The partnership of Halden and Veltro ended on Jan. 5.", date(2027, 1, 5)),
        ("Halden ended its partnership with Veltro, effective February 31, 2027.", None),
        ("Halden ended its partnership with Veltro on March 1, 2027.", None),
    ],
)
def test_the_effective_date_is_read_where_it_is_stated(ruleset: Ruleset, text: str, day: date | None) -> None:
    published = datetime(2026, 11, 23, tzinfo=UTC)
    events = detect(Article(url="", title="", text=text, published_at=published), ruleset)
    assert [event.effective_on for event in events] == [day]


def test_the_subject_is_the_one_named_beside_the_trigger(ruleset: Ruleset) -> None:
    events = read(
        ruleset, "Halden signed a cloud partnership with Veltro. Brightwater ended its partnership with Umbra."
    )
    assert [event.subject for event in events] == ["cloud", None]


def test_the_role_of_a_supplier_that_is_lost_is_no_supply_agreement(ruleset: Ruleset) -> None:
    text = "Halden loses exclusive role as Veltro's chip supplier but keeps right of first refusal"
    kinds = {event.type for event in detect(Article(url="", title="", text=text), ruleset)}
    assert kinds == {"exclusivity_lost", "right_of_first_refusal"}


def test_deep_sentences_are_background(ruleset: Ruleset) -> None:
    text = (
        "Shares rose. Sales fell. Costs grew. Margins held. Halden has a partnership with Veltro, signed long before."
    )
    assert [event.modality for event in read(ruleset, text)] == [Modality.HISTORICAL]


def test_a_users_rule_fires_wherever_it_matches() -> None:
    rule = Rule(name="mine", type=EventType.DISPUTE, match="quarrel* SENTENCE $Halden", tags=("x",))
    (event,) = detect(Article(url="", title="", text="A quarrel at Halden."), compile_rules([rule], COMPANIES))
    assert (event.rule, event.tags, names(event)) == ("mine", ("x",), ["Halden"])


def test_a_users_rule_without_the_modality_is_silent() -> None:
    rule = Rule(name="mine", type=EventType.DISPUTE, match="quarrel*", modalities=(Modality.CONFIRMED,))
    ruleset = compile_rules([rule])
    assert detect(Article(url="", title="", text="They quarrelled."), ruleset)
    assert detect(Article(url="", title="", text="They may have quarrelled."), ruleset) == ()


def test_unless_silences_a_rule() -> None:
    rule = Rule(name="mine", type=EventType.DISPUTE, match="quarrel*", unless="film")
    ruleset = compile_rules([rule])
    assert detect(Article(url="", title="", text="They quarrelled."), ruleset)
    assert detect(Article(url="", title="", text="They quarrelled in the film."), ruleset) == ()


@pytest.mark.parametrize(
    ("text", "is_told"),
    [
        ("Halden wins exclusive rights to sell Veltro lamps. Umbra gave an exclusive interview.", True),
        ("In an exclusive interview Halden spoke of its exclusive rights to sell Veltro lamps.", False),
    ],
)
def test_unless_of_a_built_in_rule_speaks_of_the_sentence(ruleset: Ruleset, text: str, *, is_told: bool) -> None:
    events = detect(Article(url="", title="", text=text), ruleset)
    assert ("exclusivity_granted" in {event.type for event in events}) is is_told


@pytest.mark.parametrize(
    ("text", "is_told"),
    [
        ("Halden dumps Veltro maps in favour of Umbra", True),
        ("Halden dumps old maps", False),
        ("It was cold. It rained. It snowed. It was dark. Halden dumps Veltro maps in favour of Umbra", False),
    ],
)
def test_a_verb_of_many_meanings_needs_two_companies_and_news(ruleset: Ruleset, text: str, *, is_told: bool) -> None:
    assert bool(detect(Article(url="", title="", text=text), ruleset)) is is_told


WORDS = "Halden Veltro signed partnership with ends may . , ; \n ' ’s ( HLDN.N ) \x00 \ud800 \u0130 “ $3 JV U.S. a. -"


@settings(max_examples=150, deadline=None)
@given(st.lists(st.sampled_from(WORDS.split(" ")), max_size=60), st.text(max_size=40))
def test_any_text_gives_events_with_exact_evidence(words: list[str], noise: str) -> None:
    article = Article(url="", title=noise, text=" ".join(words) + noise)
    for event in detect(article, RULES):
        text = article.title if event.evidence.field is Field.TITLE else article.text
        assert text[event.evidence.start : event.evidence.end] == event.evidence.sentence
        assert event.evidence.sentence
        assert event.evidence.words


RULES = compile_rules(load_pack(), COMPANIES)


@pytest.mark.parametrize(
    "text",
    [
        "",
        " ",
        "\n\n",
        "Halden " * 50_000,
        "deal with " * 30_000,
        "." * 100_000,
        "a." * 50_000,
        "Halden signed a deal with Veltro. " * 5_000,
        "\n" * 50_000,
        "(" * 50_000,
    ],
)
def test_absurd_texts_do_no_harm(ruleset: Ruleset, text: str) -> None:
    read(ruleset, text, text[:2_000])


def test_a_company_has_the_name_by_which_the_text_introduces_it() -> None:
    article = Article(
        url="",
        title="Alderon and Birchway form partnership",
        text="Alderon Systems and Birchway said on Monday they have formed a partnership. Birchway Maps, a service of "
        "Birchway, is not part of it.",
    )
    (event,) = detect(article, compile_rules(load_pack()))
    assert [one.name for one in event.participants] == ["Alderon Systems", "Birchway"]


@pytest.mark.parametrize(
    ("text", "modality"),
    [
        (f"{'Shares rose. ' * 5}Halden teamed up with Veltro to build vans and sold them.", "historical"),
        (f"{'Shares rose. ' * 5}Halden is teaming up with Veltro to build vans.", "confirmed"),
        ("Halden has teamed up with Veltro to build vans.", "confirmed"),
        ("Halden teamed up with Veltro to build vans, the companies said.", "confirmed"),
        ("On March 3, 2014, Halden formed a partnership with Veltro.", "historical"),
        ("Halden Selected by Veltro to Supply Vans", "confirmed"),
    ],
)
def test_a_bare_past_tense_tells_history(ruleset: Ruleset, text: str, modality: str) -> None:
    assert [event.modality for event in read(ruleset, text)] == [modality]


@pytest.mark.parametrize(
    ("text", "modality"),
    [
        ("Halden is in talks with Veltro over a potential partnership, it said on Monday.", "confirmed"),
        ("Halden may be in talks with Veltro over a partnership.", "speculated"),
    ],
)
def test_talks_are_sure_though_their_outcome_is_not(ruleset: Ruleset, text: str, modality: str) -> None:
    (event,) = read(ruleset, text)
    assert (event.type, event.modality) == (EventType.IN_TALKS, modality)


def test_what_a_term_depends_on_does_not_make_it_unsure(ruleset: Ruleset) -> None:
    text = "Veltro said the door remains open for other suppliers of Halden if it cannot meet demand."
    assert [(event.type, event.modality) for event in read(ruleset, text)] == [
        (EventType.EXCLUSIVITY_LOST, Modality.CONFIRMED)
    ]


@pytest.mark.parametrize(
    ("lead", "modality"),
    [
        ("Halden may form a partnership with Veltro on vans, analysts said.", "speculated"),
        ("Halden will form a partnership with Veltro on vans, sources familiar with the matter said.", "reported"),
        ("Halden denied that it would form a partnership with Veltro.", "denied"),
        ("Halden said on Monday it had formed a partnership with Veltro.", "confirmed"),
    ],
)
def test_a_bare_headline_is_as_sure_as_the_first_sentence(ruleset: Ruleset, lead: str, modality: str) -> None:
    (event,) = read(ruleset, lead, title="Halden, Veltro to form van partnership")
    assert event.evidence.field is Field.TITLE
    assert event.modality == modality


@pytest.mark.parametrize(
    "dateline", ["LEEDS, June 3 (Northern Wire) - ", "LEEDS, Yorks.--(NORTHERN WIRE)--", "(Wire) -- ", "LEEDS \u2013 "]
)
def test_a_dateline_names_no_party(ruleset: Ruleset, dateline: str) -> None:
    (event,) = read(ruleset, f"{dateline}Acme Robotics has formed a partnership with Globex Mills, it said on Monday.")
    assert names(event) == ["Acme Robotics", "Globex Mills"]


def test_a_ticker_before_a_dash_is_no_dateline(ruleset: Ruleset) -> None:
    text = "ACME Robotics (NYSE: ACME) \u2013 the maker of arms \u2013 has formed a partnership with Globex Mills."
    (event,) = read(ruleset, text)
    assert names(event) == ["ACME Robotics", "Globex Mills"]


@pytest.mark.parametrize(
    "parties",
    [
        "Acme Robotics and larger rival Globex Mills",
        "Acme Robotics and India's Globex Mills",
        "Acme Robotics, Globex Mills",
    ],
)
def test_parties_are_listed_with_what_they_are(ruleset: Ruleset, parties: str) -> None:
    (event,) = read(ruleset, f"{parties} announced a strategic partnership on Monday.")
    assert names(event) == ["Acme Robotics", "Globex Mills"]


def test_initials_in_a_headline_are_the_company_of_the_text() -> None:
    article = Article(
        url="",
        title="ATW, Globex form partnership",
        text="Acme Tool Works has formed a partnership with Globex Mills, the companies said on Monday.",
    )
    (event,) = detect(article, compile_rules(load_pack()))
    assert names(event) == ["Acme Tool Works", "Globex Mills"]


@pytest.mark.parametrize("body", ["the Department", "the United States", "the Market", "the Android app"])
def test_bodies_places_and_products_are_no_parties(ruleset: Ruleset, body: str) -> None:
    (event,) = read(ruleset, f"Acme Robotics has formed a partnership with Globex Mills for {body}, it said on Monday.")
    assert names(event) == ["Acme Robotics", "Globex Mills"]


@pytest.mark.parametrize(
    ("text", "kind", "modality", "companies"),
    [
        ("Alderon und Birchway gründen Gemeinschaftsunternehmen für Sensoren", "joint_venture", "confirmed", None),
        (
            "Der Autobauer Alderon und der Zulieferer Birchway haben eine Kooperation bei Batterien vereinbart.",
            "new_partnership",
            "confirmed",
            None,
        ),
        ("Alderon könnte die Partnerschaft mit Birchway beenden.", "termination", "speculated", None),
        ("Alderon dementiert Gespräche mit Birchway über eine Partnerschaft.", "in_talks", "denied", None),
        ("Alderon und Birchway verhandeln Insidern zufolge über eine Allianz.", "in_talks", "reported", None),
        (
            "Alderon et Birchway signent un accord de coopération avec Castellane.",
            "new_partnership",
            "confirmed",
            ["Alderon", "Birchway", "Castellane"],
        ),
        ("Alderon pourrait mettre fin à son partenariat avec Birchway.", "termination", "speculated", None),
        ("Alderon y Birchway firman un acuerdo de colaboración en redes.", "new_partnership", "confirmed", None),
        ("Alderon niega que negocie una alianza con Birchway.", "in_talks", "denied", None),
    ],
)
def test_german_french_and_spanish_tell_changes_too(
    text: str, kind: str, modality: str, companies: list[str] | None
) -> None:
    (event,) = read(compile_rules(load_pack()), text)
    assert (event.type, event.modality) == (kind, modality)
    assert names(event) == (companies or ["Alderon", "Birchway"])


@pytest.mark.parametrize(
    "text",
    [
        "Die Koalition einigte sich auf ein Gesetz zur Zusammenarbeit der Länder.",
        "Das Gemeinschaftsunternehmen von Alderon erzielte einen Umsatz von drei Millionen Euro.",
        "Le gouvernement annonce un partenariat avec les régions.",
        "Le joueur prolonge son contrat avec le club.",
        "El Gobierno firma un acuerdo con los sindicatos.",
    ],
)
def test_without_two_companies_other_languages_tell_nothing(text: str) -> None:
    assert read(compile_rules(load_pack()), text) == ()


def test_a_rule_may_ask_for_companies_around_its_match() -> None:
    rule = Rule(name="mine", type=EventType.DISPUTE, match="quarrel*", min_parties=2)
    ruleset = compile_rules((rule,), COMPANIES)
    assert read(ruleset, "They quarrelled. Halden quarrelled.") == ()
    (event,) = read(ruleset, "They quarrelled. Halden quarrelled with Veltro.")
    assert event.evidence.sentence == "Halden quarrelled with Veltro."


def test_headline_and_lede_that_tell_the_same_support_each_other(ruleset: Ruleset) -> None:
    def weigh_title(lede: str) -> float:
        document = read_document(Article(url="", title="Palland Bank joins Ledgerline consortium", text=lede))
        return max(one.score for one in find_candidates(document, ruleset) if one.sentence.field is Field.TITLE)

    same = weigh_title("Palland Bank joined the Ledgerline consortium in May.")
    assert same > weigh_title("Sunders Bank joined the Quarterlite consortium in May.")


@pytest.mark.parametrize(
    ("text", "modality"),
    [
        ("Halden beendet die Zusammenarbeit mit Veltro nicht.", Modality.DENIED),
        ("Halden beendet die Zusammenarbeit mit Veltro.", Modality.CONFIRMED),
        ("Halden stellt die Kooperation mit Veltro ein, der Preis wurde nicht genannt.", Modality.CONFIRMED),
    ],
)
def test_a_german_not_behind_the_verb_denies_it(ruleset: Ruleset, text: str, modality: Modality) -> None:
    (event,) = detect(Article(url="", title="", text=text, language="de"), ruleset)
    names = [participant.name for participant in event.participants]
    assert (event.type, event.modality, names) == (EventType.TERMINATION, modality, ["Halden", "Veltro"])


def test_french_words_that_english_has_too_do_not_fire(ruleset: Ruleset) -> None:
    text = "The two held discussions over a proposed alliance of Halden and Veltro."
    assert "fr-talks" not in {event.rule for event in read(ruleset, text)}


def weigh_by_hand(text: str, title: str = "", **weights: dict[Any, Any]) -> list[tuple[EventType, str]]:
    """Return type and rule of the events that the pack finds when these weights decide."""
    sums = Weights(**({"change": {}, "background": {}} | weights))
    found = detect(Article(url="", title=title, text=text), compile_rules(load_pack(), weights=sums))
    return [(event.type, event.rule) for event in found]


def test_a_broad_rule_takes_its_type_from_the_words_around_it() -> None:
    change = {"own drops-company": 1.0}
    types = {EventType.TERMINATION: {"bias": 0.1}, EventType.PARTNER_LEFT: {"near consortium": 0.3}}
    title = "Halden drops Veltro"
    assert weigh_by_hand("", title, change=change) == [(EventType.TERMINATION, "drops-company")]
    assert weigh_by_hand("Three stay.", title, change=change, types=types) == [(EventType.TERMINATION, "drops-company")]
    told = weigh_by_hand("The consortium goes on.", title, change=change, types=types)
    assert told == [(EventType.PARTNER_LEFT, "drops-company")]
    types[EventType.DISPUTE] = {"own ends-tie": 5.0}  # a rule that names its type is not asked
    assert weigh_by_hand("Halden ends its alliance with Veltro.", change={"bias": 1.0}, types=types) == [
        (EventType.TERMINATION, "ends-tie")
    ]


def test_words_of_the_first_sentences_count_for_the_headline_and_the_other_way_round() -> None:
    title = "Halden drops Veltro"
    change = {"own drops-company": -1.0, "near supplier": 2.0}
    assert weigh_by_hand("The supplier was told.", title, change=change)
    assert not weigh_by_hand("The rider was told.", title, change=change)
    assert weigh_by_hand("Halden drops Veltro, it said.", "A supplier less", change=change)
    assert not weigh_by_hand("Halden drops Veltro, a supplier.", change=change)  # in its own words
    deep = "It rained. " * 9 + "A supplier spoke."
    assert not weigh_by_hand(deep, title, change=change)


def test_a_headline_that_the_text_repeats_is_no_lede(ruleset: Ruleset) -> None:
    title = "Halden, Veltro in vans joint venture"
    lede = "Halden and Veltro are forming a joint venture for vans, a source familiar with the matter said."
    (event,) = read(ruleset, f"{title} . {lede}", title)
    assert (event.type, event.modality) == (EventType.JOINT_VENTURE, Modality.REPORTED)


def test_short_names_of_a_repeated_headline_are_told_in_full(ruleset: Ruleset) -> None:
    title = "Brightwater in talks with PQR"
    (event,) = read(ruleset, f"{title} . Brightwater is in talks with Penwick Quarry Rail about vans.", title)
    assert names(event) == ["Brightwater", "Penwick Quarry Rail"]


def test_a_rough_type_adds_no_event_to_what_is_told_of_its_companies() -> None:
    lede = "Halden will use Veltro's engines in its vans. Halden will ship Birchway's seats."
    types = {EventType.EXPANSION: {"bias": 0.1}}
    told = weigh_by_hand(lede, "Halden, Veltro form joint venture", change={"bias": 1.0}, types=types)
    assert told == [(EventType.JOINT_VENTURE, "venture"), (EventType.EXPANSION, "will-do")]
    assert len(weigh_by_hand(lede, change={"bias": 1.0}, types=types)) == 2
