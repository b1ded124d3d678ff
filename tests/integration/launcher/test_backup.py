"""The warehouse is written to a file while it is in use, and read back from it whole or not at all."""

import psycopg
import pytest

from launcher.postgres import PostgresError
from tieout import audit
from tieout.audit import chain
from tieout.audit.verify import verify
from tieout.settings import wall_now


def events(dsn):
    with psycopg.connect(dsn) as connection:
        return connection.execute("select event_id, subject_id from audit.event order by 1").fetchall()


def write(dsn, subject):
    with psycopg.connect(dsn) as connection:
        audit.record(connection, at=wall_now(), actor="a", action="b", subject_type="c", subject_id=subject)


def test_a_restored_warehouse_is_what_was_backed_up_and_its_trail_verifies(postgres, warehouse, tmp_path):
    name, file = warehouse.rpartition("/")[2], tmp_path / "backups" / "warehouse.dump"
    write(warehouse, "chained")
    with psycopg.connect(warehouse) as connection:
        chain.append(connection)
    write(warehouse, "waits")
    postgres.back_up(name, file)
    kept = events(warehouse)
    write(warehouse, "lost")

    postgres.restore(name, file)
    assert events(warehouse) == kept
    with psycopg.connect(warehouse) as connection:
        assert chain.append(connection) == 1
        assert verify(connection, None).findings.shown == []
    with psycopg.connect(warehouse) as connection, pytest.raises(psycopg.errors.RaiseException):
        connection.execute("delete from audit.event")
    assert file.stat().st_mode & 0o077 == 0, "nobody else may read it"


def test_a_file_that_cannot_be_read_leaves_everything_as_it_is(postgres, warehouse, tmp_path):
    file = tmp_path / "cut.dump"
    postgres.back_up(warehouse.rpartition("/")[2], file)
    file.write_bytes(file.read_bytes()[: file.stat().st_size // 2])
    write(warehouse, "stays")
    with pytest.raises(PostgresError):
        postgres.restore(warehouse.rpartition("/")[2], file)
    assert [subject for _, subject in events(warehouse)] == ["stays"]
