import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.extract.charset import decode_page, find_codec

TEXT = "Über die Brücke gehört"


@pytest.mark.parametrize(
    "label", ["zip", "bz2", "hex", "rot13", "idna", "unicode_escape", "undefined", "", "x-user-defined"]
)
def test_label_outside_the_standard_is_unknown(label: str) -> None:
    assert find_codec(label) is None


@pytest.mark.parametrize(
    ("label", "codec"), [(" UTF8 ", "utf-8"), ("Latin1", "cp1252"), ("GBK", "gb18030"), ('"sjis"', "cp932")]
)
def test_label_of_the_standard_is_known_in_any_spelling(label: str, codec: str) -> None:
    assert find_codec(label) == codec


def test_byte_order_mark_wins_over_the_header() -> None:
    assert decode_page(b"\xef\xbb\xbf" + TEXT.encode(), "text/html; charset=iso-8859-1") == TEXT


def test_header_wins_over_the_page() -> None:
    page = f'<meta charset="utf-8">{TEXT}'.encode("cp1252")
    assert TEXT in decode_page(page, 'text/html; charset="windows-1252"')


@pytest.mark.parametrize(
    "declaration",
    [
        '<?xml version="1.0" encoding="iso-8859-2"?>',
        "<meta charset=iso-8859-2>",
        '<meta http-equiv="Content-Type" content="text/html; charset=iso-8859-2">',
    ],
)
def test_page_declares_its_own_charset(declaration: str) -> None:
    assert "Łódź" in decode_page((declaration + "Łódź").encode("iso8859-2"))


def test_utf_16_in_a_declaration_that_reads_as_ascii_means_utf_8() -> None:
    assert TEXT in decode_page(f"<meta charset=utf-16>{TEXT}".encode())


@pytest.mark.parametrize(
    ("codec", "text"),
    [
        ("utf-8", TEXT),
        ("cp1252", TEXT),
        ("cp1251", "Компании подписали соглашение о сотрудничестве в понедельник"),
        ("cp932", "両社は提携を発表した。これにより新しいサービスが始まる。"),
        ("gb18030", "两家公司宣布了合作的消息，这是在北京的发布会上说的。"),
    ],
)
def test_charset_is_detected_where_nothing_is_declared(codec: str, text: str) -> None:
    assert decode_page(text.encode(codec)) == text


def test_language_of_the_page_decides_between_single_byte_charsets() -> None:
    assert "Łódź" in decode_page('<html lang="pl">Łódź'.encode("iso8859-2"))


def test_bytes_that_fit_nowhere_are_replaced() -> None:
    assert decode_page(b"a\xffb", "text/html; charset=utf-8") == "a\ufffdb"


@given(st.binary(max_size=300), st.one_of(st.none(), st.text(max_size=40)))
def test_any_bytes_decode(body: bytes, content_type: str | None) -> None:
    assert isinstance(decode_page(body, content_type), str)
