"""What a version changed: nothing lost of either text."""

from hypothesis import given
from hypothesis import strategies as st

from monitor.web.diff import DiffPiece, Fate, compare_lines, compare_texts

texts = st.text(alphabet="ab \n", max_size=60)


def side(paragraphs: list[list[DiffPiece]], without: Fate) -> str:
    kept = ["".join(piece.text for piece in one if piece.fate is not without) for one in paragraphs]
    return "".join(kept).replace("\n", "")


def test_words_are_compared_within_a_paragraph() -> None:
    assert compare_lines("They may end it", "They will end it") == [
        DiffPiece(text="They", fate=Fate.SAME),
        DiffPiece(text=" may", fate=Fate.REMOVED),
        DiffPiece(text=" will", fate=Fate.ADDED),
        DiffPiece(text=" end it", fate=Fate.SAME),
    ]


def test_paragraphs_that_moved_in_are_added_whole() -> None:
    fates = [[piece.fate for piece in one] for one in compare_texts("one\n\nthree", "one\n\ntwo\n\nthree")]
    assert fates == [[Fate.SAME], [Fate.ADDED], [Fate.SAME]]


def test_a_text_that_is_too_long_is_compared_whole() -> None:
    fates = [piece.fate for piece in compare_lines("a " * 5000, "b " + "a " * 4999)]
    assert fates == [Fate.REMOVED, Fate.ADDED]


@given(texts, texts)
def test_both_texts_can_be_read_from_the_pieces(old: str, new: str) -> None:
    compared = compare_texts(old, new)
    assert side(compared, Fate.ADDED) == old.replace("\n", "")
    assert side(compared, Fate.REMOVED) == new.replace("\n", "")


@given(texts)
def test_the_same_text_has_no_change(text: str) -> None:
    assert {piece.fate for one in compare_texts(text, text) for piece in one} <= {Fate.SAME}
