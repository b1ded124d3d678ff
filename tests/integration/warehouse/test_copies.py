"""Copies of the warehouse: their names, their ledger, who may read them, and how they go."""

from datetime import UTC, datetime

import psycopg
import pytest
from psycopg import sql

from tieout.errors import ConfigurationError
from tieout.warehouse import copies, runs
from tieout.warehouse.connection import connect
from tieout.warehouse.copies import Copy
from tieout.warehouse.rebuild import drop_rebuild, rebuild

NOW = datetime(2026, 4, 1, tzinfo=UTC)


def schemas(connection: psycopg.Connection) -> list[str]:
    """Names of the schemas of copies."""
    rows = connection.execute("select nspname from pg_namespace where nspname ~ '^(rebuild|what_if)_' order by 1")
    return [name for (name,) in rows]


def made(dsn: str, copy: Copy) -> None:
    """A copy with one mart and one match schema."""
    rebuild_id = copies.open_copy(dsn, copy, as_of=NOW, now=NOW, dag_run_id=None)
    with connect(dsn) as connection:
        for layer in ("match", "mart"):
            connection.execute(sql.SQL("create schema {}").format(sql.Identifier(f"{copy.prefix}{layer}")))
        connection.execute(sql.SQL("create table {} (a int)").format(sql.Identifier(f"{copy.prefix}mart", "fact")))
    copies.close_copy(dsn, rebuild_id, succeeded=True, now=NOW)


def test_a_copy_that_is_made_again_replaces_the_one_of_its_name_and_no_other(warehouse: str) -> None:
    close, closed = Copy("rebuild", "close"), Copy("rebuild", "close_d")
    made(warehouse, close)
    made(warehouse, closed)
    copies.open_copy(warehouse, close, as_of=NOW, now=NOW, dag_run_id=None)
    with connect(warehouse) as connection:
        assert schemas(connection) == ["rebuild_close_d_mart", "rebuild_close_d_match"]
        assert copies.standing(connection, "rebuild") == ["close", "close_d"]
        states = connection.execute("select name, state from ops.rebuild order by rebuild_id").fetchall()
    assert states == [("close", "dropped"), ("close_d", "succeeded"), ("close", "running")]


def test_dropping_takes_the_schemas_and_keeps_the_row(warehouse: str) -> None:
    made(warehouse, Copy("rebuild", "close"))
    assert drop_rebuild(warehouse, name="close", now=NOW)
    assert not drop_rebuild(warehouse, name="close", now=NOW)
    with connect(warehouse) as connection:
        assert schemas(connection) == []
        assert connection.execute("select state, dropped_at from ops.rebuild").fetchall() == [("dropped", NOW)]


def test_an_auditor_reads_the_marts_of_a_copy_and_nothing_else_of_it(warehouse: str) -> None:
    copy = Copy("rebuild", "close")
    made(warehouse, copy)
    with connect(warehouse) as connection:
        there = connection.execute("select from pg_roles where rolname = 'auditor'").fetchone()
        if there is None:
            assert not copies.show_to_auditor(connection, copy)
            connection.execute("create role auditor")
        assert copies.show_to_auditor(connection, copy)
        connection.execute("set role auditor")
        assert connection.execute("select count(*) from rebuild_close_mart.fact").fetchone() == (0,)
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            connection.execute("insert into rebuild_close_mart.fact values (1)")
        connection.rollback()


@pytest.mark.parametrize("name", ["", "Close", "1st", "a-b", "x; drop", "a" * 31])
def test_a_name_that_does_not_do_in_a_schema_s_name_is_refused(warehouse: str, name: str) -> None:
    with pytest.raises(ConfigurationError, match="is no name"):
        drop_rebuild(warehouse, name=name, now=NOW)


def test_a_moment_that_nothing_was_concluded_as_of_is_refused(warehouse: str) -> None:
    with pytest.raises(ConfigurationError, match="Nothing was concluded"):
        rebuild(warehouse, name="close", as_of=NOW, keep=1, now=NOW)
    with connect(warehouse) as connection:
        run = runs.start_run(connection, now=NOW, dag_run_id=None, full_refresh=False, sends_feedback=False)
        runs.finish_run(connection, run.run_id, True, now=NOW)
    with pytest.raises(ConfigurationError, match="Nothing was concluded"):
        rebuild(warehouse, name="close", as_of=datetime(2026, 4, 2, tzinfo=UTC), keep=1, now=NOW)
    with pytest.raises(ConfigurationError, match="has no offset"):
        rebuild(warehouse, name="close", as_of=datetime(2026, 4, 1), keep=1, now=NOW)  # noqa: DTZ001 - what is refused
    with connect(warehouse) as connection:
        assert connection.execute("select count(*) from ops.rebuild").fetchone() == (0,)
