"""JSON pages."""

import pytest

from tieout.errors import MalformedPayload
from tieout.formats import json


def test_numbers_keep_the_text_that_the_source_wrote():
    assert json.parse(b'{"a": 1.10, "b": 12345678901234567890, "c": 1e2}') == {
        "a": "1.10",
        "b": "12345678901234567890",
        "c": "1e2",
    }


def test_characters_that_no_database_stores_are_replaced():
    assert json.parse(rb'{"a": "x\u0000y\ud800"}') == {"a": "x�y�"}
    assert json.parse(rb'{"a": "\ud83d\ude00"}') == {"a": "😀"}


@pytest.mark.parametrize("content", [b'{"a": ', b"<html>", b'{"a": NaN}', b""])
def test_what_is_not_json_is_refused(content):
    with pytest.raises(MalformedPayload, match="not JSON"):
        json.parse(content)


def test_a_wrong_byte_is_named_by_position():
    with pytest.raises(MalformedPayload, match="Byte 8 "):
        json.parse(b'{"name":\xff}')


def test_a_document_that_is_nested_too_deeply_is_refused():
    with pytest.raises(MalformedPayload):
        json.parse(b"[" * 200_000)


def test_records_are_found_at_a_path():
    assert json.records({"d": {"rows": [{"a": "1"}]}}, "d.rows") == [{"a": "1"}]
    assert json.records([{"a": "1"}], None) == [{"a": "1"}]
    assert json.records({"a": "1"}, None) == [{"a": "1"}]


@pytest.mark.parametrize(("document", "path"), [({"x": []}, "data"), ({"data": "text"}, "data"), ([1, 2], None)])
def test_a_document_without_records_is_refused(document, path):
    with pytest.raises(MalformedPayload):
        json.records(document, path)
