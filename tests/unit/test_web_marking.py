"""Evidence in its text: nothing lost, nothing added, the right characters marked."""

from hypothesis import given
from hypothesis import strategies as st

from monitor.web.marking import Piece, mark_line, mark_paragraphs, merge_spans, split_marked

texts = st.text(alphabet="ab \n", max_size=60)
spans = st.lists(st.tuples(st.integers(-5, 70), st.integers(-5, 70)), max_size=6)


def test_paragraphs_are_cut_at_blank_lines() -> None:
    assert mark_paragraphs("one\n\ntwo\nthree", []) == [[Piece(text="one")], [Piece(text="two\nthree")]]


def test_evidence_is_marked_and_named_by_its_start() -> None:
    assert mark_line("They part ways today", [(5, 14)]) == [
        Piece(text="They "),
        Piece(text="part ways", is_marked=True, anchor=5),
        Piece(text=" today"),
    ]


def test_evidence_over_two_paragraphs_is_named_once() -> None:
    paragraphs = mark_paragraphs("ab\n\ncd", [(1, 6)])
    assert [[(piece.text, piece.anchor) for piece in pieces if piece.is_marked] for pieces in paragraphs] == [
        [("b", 1)],
        [("cd", None)],
    ]


def test_found_words_stand_between_markers() -> None:
    assert split_marked("a <b> c <d>", "<", ">") == [
        Piece(text="a "),
        Piece(text="b", is_marked=True),
        Piece(text=" c "),
        Piece(text="d", is_marked=True),
    ]


@given(texts, spans)
def test_the_pieces_are_the_text_and_its_spans(text: str, given_spans: list[tuple[int, int]]) -> None:
    pieces = mark_line(text, merge_spans(given_spans, len(text)))
    assert "".join(piece.text for piece in pieces) == text
    wanted = {at for start, end in given_spans for at in range(max(start, 0), min(end, len(text)))}
    assert [piece.is_marked for piece in pieces for _ in piece.text] == [at in wanted for at in range(len(text))]


@given(texts, spans)
def test_paragraphs_lose_blank_lines_only(text: str, given_spans: list[tuple[int, int]]) -> None:
    paragraphs = mark_paragraphs(text, merge_spans(given_spans, len(text)))
    kept = "".join(piece.text for pieces in paragraphs for piece in pieces)
    assert kept.replace("\n", "") == text.replace("\n", "")


@given(texts, texts)
def test_markers_in_any_order_lose_nothing_else(left: str, right: str) -> None:
    pieces = split_marked(f"{left}>{right}<{left}", "<", ">")
    assert "".join(piece.text for piece in pieces).replace(">", "") == left + right + left
