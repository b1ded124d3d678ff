"""Migrations run once, and the raw tables follow the contracts."""

import psycopg
import pytest

from tieout import settings
from tieout.errors import ConfigurationError
from tieout.warehouse import migrate as module
from tieout.warehouse.contracts import load_contracts


def test_every_contract_has_a_raw_table_with_its_columns(warehouse):
    with psycopg.connect(warehouse) as connection:
        rows = connection.execute(
            "select table_name, column_name from information_schema.columns where table_schema = 'raw'"
        ).fetchall()
    columns = {}
    for table, column in rows:
        columns.setdefault(table, set()).add(column)
    for contract in load_contracts(settings.objects_dir()).values():
        assert set(contract.raw_columns) <= columns[contract.name]
        assert {"_record_key", "_batch_id", "_row_sha256"} <= columns[contract.name]


def test_a_second_migration_does_nothing(warehouse):
    assert module.migrate(warehouse, settings.objects_dir()) == []


def test_a_migration_that_was_changed_after_it_ran_is_refused(warehouse):
    with psycopg.connect(warehouse) as connection:
        connection.execute("update public.tieout_migration set sha256 = 'other' where name like '0001%'")
    with pytest.raises(ConfigurationError, match="changed after it ran"):
        module.migrate(warehouse, settings.objects_dir())


def test_an_audit_event_can_be_added_and_neither_changed_nor_deleted(warehouse):
    with psycopg.connect(warehouse, autocommit=True) as connection:
        connection.execute(
            "insert into audit.event (at, actor, action, subject_type, subject_id) values (now(), 'a', 'b', 'c', 'd')"
        )
        for statement in ("update audit.event set actor = 'x'", "delete from audit.event", "truncate audit.event"):
            with pytest.raises(psycopg.errors.RaiseException, match="insert-only"):
                connection.execute(statement)
        assert connection.execute("select actor from audit.event").fetchall() == [("a",)]


def test_validity_of_a_text_for_a_type_is_told_without_an_error(warehouse):
    with psycopg.connect(warehouse) as connection:
        row = connection.execute(
            "select quality.is_valid('2026-02-28', 'date'), quality.is_valid('2026-02-30', 'date'),"
            " quality.is_valid('1.5', 'numeric'), quality.is_valid('1,5', 'numeric')"
        ).fetchone()
    assert row == (True, False, True, False)
