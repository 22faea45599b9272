"""Which texts are copies of each other."""

from hypothesis import given
from hypothesis import strategies as st

from monitor.track import is_copy, list_bands

WORDS = st.lists(st.sampled_from([f"word{number}" for number in range(400)]), min_size=60, max_size=120, unique=True)


def shared(left: str, right: str) -> int:
    return len(set(list_bands(left)) & set(list_bands(right)))


@given(WORDS)
def test_a_text_with_one_sentence_more_is_a_copy_and_shares_a_band(words: list[str]) -> None:
    text = " ".join(words)
    longer = f"{text} and our reporter has added this"
    assert is_copy(text, longer)
    assert is_copy(longer, text)
    assert shared(text, longer)


@given(WORDS, WORDS)
def test_other_texts_are_none(left: list[str], right: list[str]) -> None:
    others = [word for word in right if word not in left]
    assert not is_copy(" ".join(left), " ".join(others))


def test_the_same_words_about_another_number_are_no_copy() -> None:
    text = "\n" + " ".join(f"word{number}" for number in range(80))
    assert is_copy(f"Alder to deliver 40 buses{text}", f"Alder to deliver 40 buses{text}")
    assert not is_copy(f"Alder to deliver 40 buses{text}", f"Alder to deliver 90 buses{text}")


@given(st.text())
def test_bands_are_as_many_for_any_text_and_fit_a_database_column(text: str) -> None:
    bands = list_bands(text)
    assert len(bands) == 16
    assert all(-(2**63) <= band < 2**63 for band in bands)


def test_short_texts_are_copies_of_nothing() -> None:
    assert not is_copy("", "")
    assert not is_copy("Two words", "Two words")
