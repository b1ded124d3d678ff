"""Knowledge time: one instant per run of the gate and per decision of a steward, strictly later than the last.

Also strictly later than the ``as_of`` of every transformation so far: what becomes known now was not known to it, so
it must not carry an earlier instant (docs/adr/0004-the-business-clock-is-a-setting.md).
"""

from datetime import datetime

import psycopg

_GATE_LOCK = "hashtext('tieout gate')"
_RUNS_LOCK = "hashtext('tieout runs')"  # the one that tieout.warehouse.runs takes to fix as_of

_NEXT = """
select greatest(
    %(now)s::timestamptz,
    (select max(known_at) + interval '1 microsecond' from quality.gate_run),
    (select max(as_of) + interval '1 microsecond' from ops.run)
)
"""


def exclude_other_gates(connection: psycopg.Connection) -> None:
    """Wait until no other gate or steward is at work, and keep others out until the connection is closed."""
    connection.execute(f"select pg_advisory_lock({_GATE_LOCK})".encode())
    connection.commit()


def next_known_at(connection: psycopg.Connection, now: datetime) -> datetime:
    """Return the instant at which what this transaction lets through becomes known; nobody else gets it meanwhile.

    Held to the end of the transaction are the lock of gates and stewards, and the one under which a transformation
    fixes its ``as_of``: one that starts now sees what is let through, or is seen here.
    """
    connection.execute(f"select pg_advisory_xact_lock({_GATE_LOCK})".encode())
    connection.execute(f"select pg_advisory_xact_lock({_RUNS_LOCK})".encode())
    row = connection.execute(_NEXT, {"now": now}).fetchone()
    if row is None:  # a select without a from always answers; says so to the type checker
        raise RuntimeError("No knowledge time was given.")
    return row[0]
