"""The warehouse as it was known at a past moment, built again into schemas of its own (architecture, Knowledge time).

The models are those of every transformation; the variable ``as_of`` overrides the moment that they read from
``ops.run``. Newer data stays where it is, unseen; the logs are read up to the moment and never written.
"""

from dataclasses import dataclass
from datetime import datetime

import psycopg

from tieout.errors import ConfigurationError
from tieout.warehouse import copies
from tieout.warehouse.connection import connect
from tieout.warehouse.copies import Copy
from tieout.warehouse.dbt import run_dbt

_KNOWN = "select min(as_of), max(as_of) from ops.run where state = 'succeeded'"


@dataclass(frozen=True)
class Rebuilt:
    """What a rebuild left: its prefix, whether an auditor's role may read it, the names of those that it replaced."""

    schema_prefix: str
    as_of: datetime
    shown_to_auditor: bool
    dropped: tuple[str, ...]


def rebuild(
    dsn: str, *, name: str, as_of: datetime, keep: int, now: datetime, dag_run_id: str | None = None
) -> Rebuilt:
    """Build the warehouse as it was known at a moment, test it, and drop the oldest rebuilds beyond ``keep``.

    Doing it again under the same name replaces what stands. Nothing is sent: publishing reads the warehouse's own
    schemas.

    Args:
        dsn: of the warehouse.
        name: of the rebuild; its schemas are ``rebuild_<name>_<layer>``.
        as_of: the moment, between the first and the last transformation.
        keep: how many rebuilds stay, this one among them; at least one.
        now: the business clock.
        dag_run_id: of the run that asks for it.

    Raises:
        ConfigurationError: the name does not do, or nothing was concluded at that moment.
        TieoutError: dbt failed; what was built stays to be looked at, until it is built again or dropped.
    """
    copy = Copy("rebuild", name)
    with connect(dsn) as connection:
        _check_moment(connection, as_of)
    rebuild_id = copies.open_copy(dsn, copy, as_of=as_of, now=now, dag_run_id=dag_run_id)
    succeeded = False
    try:
        variables = {"schema_prefix": copy.prefix, "as_of": as_of.isoformat()}
        run_dbt(dsn, "build", "--full-refresh", "--exclude-resource-type", "unit_test", variables=variables)
        succeeded = True
    finally:
        copies.close_copy(dsn, rebuild_id, succeeded=succeeded, now=now)
    with connect(dsn) as connection:
        shown = copies.show_to_auditor(connection, copy)
        oldest = copies.standing(connection, "rebuild")[max(keep, 1) :]
        for other in oldest:
            copies.drop_copy(connection, Copy("rebuild", other), now=now)
    return Rebuilt(copy.prefix, as_of, shown, tuple(oldest))


def drop_rebuild(dsn: str, *, name: str, now: datetime) -> bool:
    """Drop a rebuild's schemas; say whether there was one. Its row in ``ops.rebuild`` stays."""
    with connect(dsn) as connection:
        return copies.drop_copy(connection, Copy("rebuild", name), now=now)


def _check_moment(connection: psycopg.Connection, as_of: datetime) -> None:
    if as_of.tzinfo is None:
        raise ConfigurationError(f"{as_of} has no offset.", "Say which moment: 2026-03-31T23:59:59-04:00.")
    first, last = connection.execute(_KNOWN).fetchone() or (None, None)
    if first is None or not first <= as_of <= last:
        raise ConfigurationError(
            f"Nothing was concluded as of {as_of.isoformat()}: the transformations that succeeded reach from"
            f" {first} to {last}.",
            "Name a moment between them.",
        )
