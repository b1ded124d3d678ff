"""Looks for the estate's account numbers and tax ids wherever a person, a log or a page could show them."""

import re
from collections.abc import Collection, Iterable, Mapping
from pathlib import Path
from typing import Any

import psycopg
from psycopg import sql

_TOLD = """
select value
from estate.docs, jsonb_each_text(doc) as field (name, value)
where name = any(%s) and length(value) >= 8
group by name, value
order by length(value) desc, md5(name || value)
limit 60
"""
FIELDS = ["bank_account_num", "num_1099", "BANKN", "STCD1", "taxId", "remitToAccount"]
"""Where the ERPs and AP write an account number or a tax id."""
_TABLES = """
select table_schema, table_name
from information_schema.tables
where table_schema not in ('pg_catalog', 'information_schema') and (table_type = 'BASE TABLE' or %s)
order by 1, 2
"""


def numbers(estate_dsn: str, connections: Mapping[str, Mapping[str, Any]]) -> list[str]:
    """Return many of the numbers that the estate told, and those of our own accounts at its bank.

    Args:
        estate_dsn: of the estate's database.
        connections: of the estate, in Airflow's JSON spelling.
    """
    with psycopg.connect(estate_dsn) as connection:
        told = {value for (value,) in connection.execute(_TOLD, [FIELDS]).fetchall()}
    ours = {account["number"] for account in connections["bank"]["extra"]["accounts"].values()}
    return sorted(told | ours)


def files_that_show(folders: Iterable[Path], planted: Collection[str]) -> list[str]:
    """Return the files below the folders that hold one of the numbers."""
    any_of = _pattern(planted)
    files = (path for folder in folders for path in folder.rglob("*") if path.is_file())
    return [str(path) for path in files if any_of.search(path.read_text(errors="replace"))]


def tables_that_show(dsn: str, planted: Collection[str], *, views: bool = False) -> list[str]:
    """Return the tables of a database, and its views where wanted, that hold one of the numbers."""
    found = []
    with psycopg.connect(dsn) as connection:
        for schema, table in connection.execute(_TABLES, [views]).fetchall():
            statement = sql.SQL("select exists (select from {} as t where t::text ~ {})").format(
                sql.Identifier(schema, table), _pattern(planted).pattern
            )
            if connection.execute(statement).fetchone() == (True,):
                found.append(f"{schema}.{table}")
    return found


def _pattern(planted: Collection[str]) -> re.Pattern[str]:
    return re.compile("|".join(map(re.escape, planted)))
