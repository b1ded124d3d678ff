"""The inbox: kept once, in ciphertext, never changed, and quick to find what waits."""

from collections.abc import Callable

import psycopg
import pytest

from tests.integration.events.conftest import NOW
from tieout.archive.keys import Keys
from tieout.errors import MalformedPayload
from tieout.events import inbox

Make = Callable[..., inbox.Arrival]


def test_an_event_is_kept_once_and_another_body_under_its_id_is_told_apart(
    warehouse: str, keys: Keys, arrival: Make
) -> None:
    with psycopg.connect(warehouse) as connection:
        assert inbox.store(connection, arrival("E1", b"one"), keys) == "stored"
        assert inbox.store(connection, arrival("E1", b"one"), keys) == "known"
        assert inbox.store(connection, arrival("E1", b"two"), keys) == "different"
        assert inbox.store(connection, arrival("E1", b"two", source_system="ap"), keys) == "stored"
        kept = [(event.source_system, event.body) for event in inbox.waiting(connection, 10, keys)]
        assert kept == [("supply", b"one"), ("ap", b"two")]
        assert inbox.systems_waiting(connection) == ["ap", "supply"]


def test_what_is_settled_waits_no_more_and_the_first_outcome_stays(warehouse: str, keys: Keys, arrival: Make) -> None:
    with psycopg.connect(warehouse) as connection:
        for number in range(3):
            inbox.store(connection, arrival(f"E{number}"), keys)
        first = inbox.waiting(connection, 1, keys)[0]
        inbox.settle(connection, first.inbox_id, "landed", at=NOW, batch_ids=["b"])
        inbox.settle(connection, first.inbox_id, "rejected", at=NOW)
        assert [event.event_id for event in inbox.waiting(connection, 10, keys, system="supply")] == ["E1", "E2"]
        assert inbox.waiting(connection, 10, keys, system="ap") == []
        outcomes = connection.execute("select outcome, batch_ids from ops.inbox_outcome").fetchall()
        assert outcomes == [("landed", ["b"])]


def test_bodies_are_taken_up_to_a_number_of_bytes_but_always_one(
    warehouse: str, keys: Keys, arrival: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(inbox, "TAKEN_BYTES", 250)
    with psycopg.connect(warehouse) as connection:
        for number in range(3):
            inbox.store(connection, arrival(f"E{number}", b"x" * 150), keys)
        assert len(inbox.waiting(connection, 10, keys)) == 2


def test_the_inbox_is_only_added_to_and_holds_no_body_in_clear(warehouse: str, keys: Keys, arrival: Make) -> None:
    with psycopg.connect(warehouse, autocommit=True) as connection:
        inbox.store(connection, arrival("E1", b"a planted secret"), keys)
        row = connection.execute("select i::text, body_encrypted from raw.inbox as i").fetchone()
        assert row is not None
        assert "planted" not in row[0]
        assert b"planted" not in row[1]
        changes = ("update raw.inbox set event_id = 'E2'", "delete from raw.inbox", "truncate raw.inbox cascade")
        for statement in changes:
            with pytest.raises(psycopg.errors.RaiseException, match=r"raw\.inbox is insert-only"):
                connection.execute(statement)  # type: ignore[call-overload]
        with pytest.raises(MalformedPayload):
            keys.decrypt_bytes(row[1], b"tieout inbox\0supply\0E2")
