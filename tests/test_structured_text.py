"""Texts of many entries are refused before they are parsed; others are parsed as ever."""

import pytest

from sutja.structured_text import MANY, check_table, parse_csv, parse_json, parse_xml


def test_good_texts_are_parsed():
    assert parse_json(b'{"a": [1, 2.5, "x"]}') == {"a": [1, 2.5, "x"]}
    assert parse_xml(b'<?xml version="1.0" encoding="latin-1"?><a><b>\xe9</b></a>').findtext("b") == "é"
    assert parse_csv('a,"b\nc"\r\n\r\nd,e\n') == [["a", "b\nc"], [], ["d", "e"]]


@pytest.mark.parametrize(
    "data",
    [
        b"[" + b"[]," * (MANY + 1) + b"1]",
        b"{}" * (MANY + 1),
        b"[" * 100_000,
        b"[" * 2000 + b"]" * 2000,
        b"1" * 5000,
        b"\xff\xfe",
        b"",
    ],
)
def test_bad_json(data):
    with pytest.raises(ValueError):  # noqa: PT011 - of the parser
        parse_json(data)


@pytest.mark.parametrize(
    "data",
    [
        b"<a>" + b"<b/>" * (MANY + 1) + b"</a>",
        b'<!DOCTYPE a [<!ENTITY x "y">]><a>&x;</a>',
        '<?xml version="1.0" encoding="utf-16"?><!DOCTYPE a><a/>'.encode("utf-16"),
        b"<a>" * 300 + b"</a>" * 300,
        b'<?xml version="1.0" encoding="nonsense"?><a/>',
        b"<a",
        b"",
    ],
)
def test_bad_xml(data):
    with pytest.raises(ValueError):  # noqa: PT011 - of the parser
        parse_xml(data)


@pytest.mark.parametrize("text", ["\n" * (MANY + 1), "a,b\n" + "," * (MANY + 1), ",\r" * (MANY + 1)])
def test_tables_that_are_mostly_empty(text):
    with pytest.raises(ValueError, match=r"in [0-9,]+ bytes"):
        check_table(text)
