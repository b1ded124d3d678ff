"""A new key: everything that was encrypted before is brought under it, whatever ends on the way."""

import json
from datetime import UTC, datetime
from pathlib import Path

import psycopg
import pytest
from psycopg import sql

from tieout import settings
from tieout.archive.keys import Keys
from tieout.archive.store import Archive
from tieout.errors import ConfigurationError
from tieout.landing import rotation
from tieout.landing.rotation import rotate
from tieout.warehouse.contracts import load_contracts

NOW = datetime(2026, 4, 1, tzinfo=UTC)
OLD, NEW = b"k" * 32, b"n" * 32
TOKEN = b"t" * 32
BEFORE, BOTH, AFTER = Keys([OLD], TOKEN), Keys([NEW, OLD], TOKEN), Keys([NEW], TOKEN)
FIELDS = [
    (contract.name, field.name, field.sensitivity)
    for contract in load_contracts(settings.objects_dir()).values()
    for field in contract.fields
    if field.sensitivity != "none"
]
ROWS = 5


class KilledError(BaseException):
    """The worker is gone: nothing of ours runs after it."""


@pytest.fixture
def sealed(warehouse: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Rows in each table that has sensitive fields, and objects in the archive, all under the old key; its root."""
    monkeypatch.setattr(rotation, "CHUNK", 2)
    with psycopg.connect(warehouse) as connection:
        for table, field, kind in FIELDS:
            for number in range(ROWS):
                _land(connection, table, field, BEFORE.seal(f"00{number}1234567 {table}", kind), f"{field}-{number}")
        extra = {"note": BEFORE.encrypt("said in confidence"), "plain": 7}
        _land(connection, "vendor", "tax_id", BEFORE.seal("", "tax"), "extra", json.dumps(extra))
    archive = Archive(str(tmp_path / "archive"), BEFORE)
    for number in range(ROWS):
        archive.put([f"payload {number} ".encode() * 99], compress=bool(number % 2))
    archive.keep("anchors/00000001", b"an anchor")
    archive.note("payments/pain001_B1.xml", {"batch_id": "B1"})
    return tmp_path / "archive"


def test_all_is_read_with_the_new_key_alone_and_tokens_stay(warehouse, sealed):
    before = tokens(warehouse)
    with pytest.raises(ConfigurationError):
        numbers(warehouse, AFTER)
    known = numbers(warehouse, BEFORE)
    done = rotate(warehouse, Archive(str(sealed), BOTH), BOTH, by="engineer", now=NOW, trace_id="run")
    assert (done.rows, done.objects, done.events_waiting) == (ROWS * len(FIELDS) + 1, ROWS + 1, 0)
    assert numbers(warehouse, AFTER) == known
    assert len(known) == ROWS * len(FIELDS)
    assert tokens(warehouse) == before
    assert contents(sealed, AFTER) == contents(sealed, BOTH)
    assert Archive(str(sealed), AFTER).kept("anchors/00000001") == b"an anchor"
    with psycopg.connect(warehouse) as connection:
        (extra,) = connection.execute("select _extra from raw.vendor where _extra is not null").fetchone()
        assert (AFTER.decrypt(extra["note"]), extra["plain"]) == ("said in confidence", 7)
        told = connection.execute("select actor, after ->> 'rows' from audit.event where action = 'keys_rotated'")
        assert told.fetchall() == [("engineer", str(done.rows))]
    again = rotate(warehouse, Archive(str(sealed), AFTER), AFTER, by="engineer", now=NOW, trace_id="run")
    assert (again.rows, again.objects) == (0, 0)


def test_a_run_that_is_killed_anywhere_loses_nothing_and_the_next_does_what_is_left(warehouse, sealed):
    known, done, moment = numbers(warehouse, BEFORE), None, 0
    while done is None:
        moment += 8
        steps = iter(range(10_000))

        def dies(call, steps=steps, moment=moment):
            def step(*args, **kwargs):
                if next(steps) == moment:
                    raise KilledError
                return call(*args, **kwargs)

            return step

        with pytest.MonkeyPatch.context() as patches:
            for owner, name in ((rotation, "_update"), (psycopg.Connection, "commit"), (Archive, "reseal")):
                patches.setattr(owner, name, dies(getattr(owner, name)))
            try:
                done = rotate(warehouse, Archive(str(sealed), BOTH), BOTH, by="engineer", now=NOW, trace_id="run")
            except KilledError:
                assert numbers(warehouse, BOTH) == known
    assert moment > 40
    assert done.rows < ROWS * len(FIELDS), "it began anew"
    assert numbers(warehouse, AFTER) == known
    assert len(contents(sealed, AFTER)) == ROWS


def test_a_key_that_is_not_at_hand_is_named_and_nothing_is_lost(warehouse, sealed):
    known = numbers(warehouse, BEFORE)
    with pytest.raises(ConfigurationError, match="not at hand"):
        rotate(warehouse, Archive(str(sealed), AFTER), AFTER, by="engineer", now=NOW, trace_id="run")
    assert numbers(warehouse, BEFORE) == known


def _land(connection, table, field, value, batch, extra=None):
    columns = {
        "_source_system": "bank", "_record_key": batch, "_batch_id": batch, "_payload_sha256": "", "_row_number": 1,
        "_row_sha256": batch, "_profile_version": 1, "_ingested_at": NOW, "_trace_id": "t", "_extra": extra,
        f"{field}_token": value.token, f"{field}_last4": value.last4, f"{field}_encrypted": value.encrypted or None,
    }  # fmt: skip
    connection.execute(
        sql.SQL("insert into {} ({}) values ({})").format(
            sql.Identifier("raw", table),
            sql.SQL(", ").join(map(sql.Identifier, columns)),
            sql.SQL(", ").join(map(sql.Placeholder, columns)),
        ),
        columns,
    )


def numbers(dsn: str, keys: Keys) -> dict[tuple[str, str, str], str]:
    """Every sensitive value in clear, by table, field and batch."""
    with psycopg.connect(dsn) as connection:
        return {
            (table, field, batch): keys.decrypt(value)
            for table, field, _ in FIELDS
            for batch, value in connection.execute(
                sql.SQL("select _batch_id, {0} from {1} where {0} is not null").format(
                    sql.Identifier(f"{field}_encrypted"), sql.Identifier("raw", table)
                )
            ).fetchall()
        }


def tokens(dsn: str) -> list[tuple]:
    """What of the rows is not ciphertext."""
    with psycopg.connect(dsn) as connection:
        return [
            row
            for table, field, _ in FIELDS
            for row in connection.execute(
                sql.SQL("select _batch_id, _row_sha256, {}, {} from {} order by 1").format(
                    sql.Identifier(f"{field}_token"), sql.Identifier(f"{field}_last4"), sql.Identifier("raw", table)
                )
            ).fetchall()
        ]


def contents(root: Path, keys: Keys) -> dict[str, bytes]:
    """Payloads by their hash."""
    archive = Archive(str(root), keys)
    names = (name.rpartition("/")[2] for name in archive.names("objects"))
    return {name: b"".join(archive.read(name)) for name in names}
