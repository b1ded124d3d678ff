"""The envelope: what an event must say before its data are looked at."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from tieout.errors import MalformedPayload
from tieout.events.envelope import NotAnEvent, read

GOOD = {"id": "E1", "type": "receipt.posted", "occurredAt": "2026-04-01T09:00:00-05:00", "data": {"receiptId": "R1"}}


def test_an_event_says_its_id_its_type_and_when_it_happened_and_may_say_more() -> None:
    envelope = read(json.dumps({**GOOD, "attempt": 3}).encode())
    assert (envelope.event_id, envelope.event_type) == ("E1", "receipt.posted")
    assert envelope.occurred_at == datetime(2026, 4, 1, 14, tzinfo=UTC)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("id", None),
        ("id", ""),
        ("id", "with blank"),
        ("id", "x" * 201),
        ("type", "Receipt posted"),
        ("occurredAt", "2026-04-01T09:00:00"),
        ("occurredAt", "yesterday"),
        ("occurredAt", "0001-01-01T00:00:00+14:00"),
        ("data", {}),
        ("data", ["planted"]),
    ],
)
def test_what_does_not_agree_with_the_schema_is_named_by_field_and_not_by_value(field: str, value: Any) -> None:
    changed = {**GOOD, field: value}
    for document in (changed, {key: kept for key, kept in GOOD.items() if key != field}):
        with pytest.raises(NotAnEvent) as refused:
            read(json.dumps(document).encode())
        assert "planted" not in str(refused.value)


@pytest.mark.parametrize("body", [b"", b"{", b"\xff", b"\xef\xbb\xbf{}", b"[" * 200_000, b'{"id": NaN}'])
def test_what_is_not_json_is_malformed(body: bytes) -> None:
    with pytest.raises(MalformedPayload):
        read(body)


@pytest.mark.parametrize("body", [b"[]", b'"text"', b"7", b"null"])
def test_json_that_is_no_object_is_no_event(body: bytes) -> None:
    with pytest.raises(NotAnEvent):
        read(body)
