"""Bytes of a page to characters, by the labels of the web (WHATWG Encoding Standard) and no others.

Python knows labels that decompress (`zip`, `bz2`) or raise odd errors; a page never reaches them.
"""

import codecs
import re
from email.message import Message

# Encoding Standard, section 4.2 "Names and labels": codec of Python -> labels.
_LABELS = {
    "utf-8": "unicode-1-1-utf-8 unicode11utf8 unicode20utf8 utf-8 utf8 x-unicode20utf8",
    "cp866": "866 cp866 csibm866 ibm866",
    "iso8859-2": "csisolatin2 iso-8859-2 iso-ir-101 iso8859-2 iso88592 iso_8859-2 iso_8859-2:1987 l2 latin2",
    "iso8859-3": "csisolatin3 iso-8859-3 iso-ir-109 iso8859-3 iso88593 iso_8859-3 iso_8859-3:1988 l3 latin3",
    "iso8859-4": "csisolatin4 iso-8859-4 iso-ir-110 iso8859-4 iso88594 iso_8859-4 iso_8859-4:1988 l4 latin4",
    "iso8859-5": "csisolatincyrillic cyrillic iso-8859-5 iso-ir-144 iso8859-5 iso88595 iso_8859-5 iso_8859-5:1988",
    "iso8859-6": "arabic asmo-708 csiso88596e csiso88596i csisolatinarabic ecma-114 iso-8859-6 iso-8859-6-e "
    "iso-8859-6-i iso-ir-127 iso8859-6 iso88596 iso_8859-6 iso_8859-6:1987",
    "iso8859-7": "csisolatingreek ecma-118 elot_928 greek greek8 iso-8859-7 iso-ir-126 iso8859-7 iso88597 iso_8859-7 "
    "iso_8859-7:1987 sun_eu_greek",
    "iso8859-8": "csiso88598e csisolatinhebrew hebrew iso-8859-8 iso-8859-8-e iso-ir-138 iso8859-8 iso88598 iso_8859-8 "
    "iso_8859-8:1988 visual csiso88598i iso-8859-8-i logical",
    "iso8859-10": "csisolatin6 iso-8859-10 iso-ir-157 iso8859-10 iso885910 l6 latin6",
    "iso8859-13": "iso-8859-13 iso8859-13 iso885913",
    "iso8859-14": "iso-8859-14 iso8859-14 iso885914",
    "iso8859-15": "csisolatin9 iso-8859-15 iso8859-15 iso885915 iso_8859-15 l9",
    "iso8859-16": "iso-8859-16",
    "koi8-r": "cskoi8r koi koi8 koi8-r koi8_r",
    "koi8-u": "koi8-ru koi8-u",
    "mac-roman": "csmacintosh mac macintosh x-mac-roman",
    "cp874": "dos-874 iso-8859-11 iso8859-11 iso885911 tis-620 windows-874",
    "cp1250": "cp1250 windows-1250 x-cp1250",
    "cp1251": "cp1251 windows-1251 x-cp1251",
    "cp1252": "ansi_x3.4-1968 ascii cp1252 cp819 csisolatin1 ibm819 iso-8859-1 iso-ir-100 iso8859-1 iso88591 "
    "iso_8859-1 iso_8859-1:1987 l1 latin1 us-ascii windows-1252 x-cp1252",
    "cp1253": "cp1253 windows-1253 x-cp1253",
    "cp1254": "cp1254 csisolatin5 iso-8859-9 iso-ir-148 iso8859-9 iso88599 iso_8859-9 iso_8859-9:1989 l5 latin5 "
    "windows-1254 x-cp1254",
    "cp1255": "cp1255 windows-1255 x-cp1255",
    "cp1256": "cp1256 windows-1256 x-cp1256",
    "cp1257": "cp1257 windows-1257 x-cp1257",
    "cp1258": "cp1258 windows-1258 x-cp1258",
    "mac-cyrillic": "x-mac-cyrillic x-mac-ukrainian",
    "gb18030": "chinese csgb2312 csiso58gb231280 gb2312 gb_2312 gb_2312-80 gbk iso-ir-58 x-gbk gb18030",
    "big5hkscs": "big5 big5-hkscs cn-big5 csbig5 x-x-big5",
    "euc-jp": "cseucpkdfmtjapanese euc-jp x-euc-jp",
    "iso2022-jp": "csiso2022jp iso-2022-jp",
    "cp932": "csshiftjis ms932 ms_kanji shift-jis shift_jis sjis windows-31j x-sjis",
    "cp949": "cseuckr csksc56011987 euc-kr iso-ir-149 korean ks_c_5601-1987 ks_c_5601-1989 ksc5601 ksc_5601 "
    "windows-949",
    "utf-16-be": "unicodefffe utf-16be",
    "utf-16-le": "csunicode iso-10646-ucs-2 ucs-2 unicode unicodefeff utf-16 utf-16le",
}
_CODEC_OF = {label: codec for codec, labels in _LABELS.items() for label in labels.split()}

# What browsers fall back to by language of the reader; we know the page's own language, which is better.
_FALLBACK_OF = {
    "ru": "cp1251", "uk": "cp1251", "be": "cp1251", "bg": "cp1251", "sr": "cp1251", "mk": "cp1251",
    "pl": "iso8859-2", "cs": "cp1250", "sk": "cp1250", "hu": "iso8859-2", "sl": "iso8859-2", "hr": "cp1250",
    "ro": "cp1250",
    "el": "iso8859-7", "tr": "cp1254", "he": "cp1255", "ar": "cp1256", "fa": "cp1256", "vi": "cp1258", "th": "cp874",
    "lt": "cp1257", "lv": "cp1257", "et": "cp1257",
    "ja": "cp932", "ko": "cp949", "zh": "gb18030",
}  # fmt: skip

_SNIFF_BYTES = 16_384
"""Of a page that are searched for its own declaration; the standard says 1,024, pages say otherwise."""
_XML = re.compile(rb"""^\s*<\?xml[^>]{0,200}?encoding\s*=\s*["']\s*([^"'\s>]{1,40})""", re.IGNORECASE)
_META = re.compile(rb"""<meta[^>]{0,400}?charset\s*=\s*["']?\s*([^"'\s/>;]{1,40})""", re.IGNORECASE)
_LANG = re.compile(rb"""<html[^>]{0,400}?\slang\s*=\s*["']?([a-z]{2})""", re.IGNORECASE)
_HIGH = re.compile(rb"[\x80-\xff]")
_HIGH_RUN = re.compile(rb"[\x80-\xff]{3,}")
_BOMS = ((codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be"))


def find_codec(label: str | None) -> str | None:
    """Return Python's codec for a label of the Encoding Standard; None for any other label."""
    return _CODEC_OF.get(label.strip(" \t\n\f\r\"'").lower()) if label else None


def decode_page(body: bytes, content_type: str | None = None) -> str:
    """Return the characters of a page; bytes that fit nowhere become U+FFFD."""
    for bom, codec in _BOMS:
        if body.startswith(bom):
            return body[len(bom) :].decode(codec, errors="replace")
    codec = find_codec(_header_label(content_type)) or _declared_codec(body[:_SNIFF_BYTES]) or _detect_codec(body)
    return body.decode(codec, errors="replace")


def _header_label(content_type: str | None) -> str | None:
    if not content_type or "charset" not in content_type.lower():
        return None
    header = Message()
    header["content-type"] = content_type.replace("\n", " ").replace("\r", " ")[:1000]
    label = header.get_param("charset")
    return label if isinstance(label, str) else None


def _declared_codec(head: bytes) -> str | None:
    for pattern in (_XML, _META):
        for match in pattern.finditer(head):
            codec = find_codec(match[1].decode("ascii", errors="replace"))
            if codec:
                # A declaration that could be read as ASCII cannot be in UTF-16.
                return "utf-8" if codec.startswith("utf-16") else codec
    return None


def _detect_codec(body: bytes) -> str:
    sample = body[:200_000]
    # The sample may end inside a character: up to three bytes may be missing.
    try:
        codecs.getincrementaldecoder("utf-8")().decode(sample)
    except UnicodeDecodeError:
        pass
    else:
        return "utf-8"
    language = _LANG.search(sample)
    if language and (codec := _FALLBACK_OF.get(language[1].decode("ascii").lower())):
        return codec
    return _guess_by_bytes(sample)


def _guess_by_bytes(sample: bytes) -> str:
    """Tell Cyrillic and East Asian pages from Western ones, in which high bytes stand alone."""
    high = len(_HIGH.findall(sample))
    if sum(map(len, _HIGH_RUN.findall(sample))) * 2 < high:
        return "cp1252"
    for codec in ("euc-jp", "cp932", "gb18030", "cp949", "big5hkscs"):
        try:
            text = codecs.getincrementaldecoder(codec)().decode(sample)
        except UnicodeDecodeError:
            continue
        if _is_plausible(text, codec):
            return codec
    return "cp1251"


def _is_plausible(text: str, codec: str) -> bool:
    """Whether decoded text holds what its language is full of: kana, Hangul, the commonest Chinese characters."""
    common = {
        "euc-jp": "のにはをたがでてと",
        "cp932": "のにはをたがでてと",
        "gb18030": "的是不在有了人这中",
        "big5hkscs": "的是不在有了人這中",
        "cp949": "이다는의에를가을한",
    }[codec]
    foreign = [char for char in text if ord(char) >= 0x80]
    return bool(foreign) and sum(char in common for char in foreign) > len(foreign) * 0.03
