"""Reads what is known of vendors: the newest version of each record that the gate or a steward let through.

The same choice of versions as in staging (dbt_project/macros/runtime/staging.sql); resolution runs before staging does.
"""

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any, LiteralString

import psycopg
from psycopg import sql
from psycopg.rows import dict_row

from tieout.resolution.decisions import Decision, Kind
from tieout.resolution.vendors import Account, Vendor

DECISION_TYPES = {f"vendor_{kind}": kind for kind in Kind}

_NEWEST: LiteralString = """
select {columns}, _source_system
from (
    select
        version.*,
        row_number() over (
            partition by version._source_system, version._record_key
            order by
                version._source_updated_at desc nulls last,
                version._profile_version desc,
                case when held.quarantine_id is null then promotion.known_at else held.decided_known_at end desc,
                version._row_number desc,
                version._row_sha256 desc
        ) as _rank
    from {raw} as version
    inner join quality.promotion as promotion on version._batch_id = promotion.batch_id
    left join quality.quarantine as held
        on held.object = {object}
            and version._batch_id = held.batch_id
            and version._row_number = held.row_number
    where held.quarantine_id is null or held.state = 'released'
) as ranked
where _rank = 1 and not _deleted
"""

_NEWS = """
select greatest(
    (select max(known_at) from quality.promotion where object = any(%(objects)s) and rows_promoted > 0),
    (select max(decided_known_at) from quality.quarantine where object = any(%(objects)s) and state = 'released')
)
"""

_DECISIONS = """
select
    r.decision_id, r.decision_type, r.decided_by, r.detail, r.decided_at, promotion.known_at
from raw.decision as r
inner join quality.promotion as promotion on r._batch_id = promotion.batch_id
where r.decision_type = any(%s)
order by promotion.known_at, r.decision_id
"""

_VENDOR = (
    "vendor_number", "name", "tax_id_token", "tax_id_last4", "gln", "duns", "address", "city", "postal_code",
    "country", "phone", "email", "payment_term_code", "source_ref", "source_ref_system",
)  # fmt: skip


def news(connection: psycopg.Connection, objects: Iterable[str]) -> datetime | None:
    """Return when anything of these objects became known last."""
    row = connection.execute(_NEWS, {"objects": list(objects)}).fetchone()
    return row[0] if row else None


def vendors(connection: psycopg.Connection) -> list[Vendor]:
    """Return every vendor number of every source, by id, with accounts and what the source itself refers to."""
    rows = newest(connection, "vendor", _VENDOR)
    accounts = _accounts(connection)
    records = _record_systems(connection)
    by_number: dict[str, list[str]] = defaultdict(list)
    for row in rows:
        if row["_source_system"] in records:
            by_number[row["vendor_number"]].append(row["_source_system"])
    found = [_vendor(row, records, by_number, accounts) for row in rows]
    return sorted(found, key=lambda vendor: vendor.vendor_id)


def vendor_ids(connection: psycopg.Connection) -> set[str]:
    """Return the ids of every vendor number of every source."""
    return {f"{row['_source_system']}:{row['vendor_number']}" for row in newest(connection, "vendor", _VENDOR[:1])}


def decisions(connection: psycopg.Connection) -> list[Decision]:
    """Return people's decisions on vendors, the oldest first; each stands from when it became known."""
    rows = connection.cursor(row_factory=dict_row).execute(_DECISIONS, (list(DECISION_TYPES),)).fetchall()
    return [_decision(row) for row in rows]


def cluster_of(connection: psycopg.Connection) -> dict[str, str]:
    """Return the cluster of each vendor number as it was resolved last."""
    return {row["vendor_id"]: row["cluster_id"] for row in resolved(connection)}


def resolved(connection: psycopg.Connection, fields: Iterable[str] = ("vendor_id", "cluster_id")) -> list[dict]:
    """Return what was landed last of each vendor number."""
    return newest(connection, "vendor_resolution", tuple(fields))


def _vendor(
    row: Mapping[str, Any],
    records: set[str],
    by_number: Mapping[str, list[str]],
    accounts: Mapping[tuple[str, str], list[Account]],
) -> Vendor:
    system, number = row["_source_system"], row["vendor_number"]
    known = {
        "vendor_id": f"{system}:{number}",
        "record_vendor_id": "" if system in records else _referred(row, by_number),
        "source_rank": 1 if system in records else 2,
    }
    return Vendor.of({**row, **known}, accounts.get((system, number), ()))


def _referred(row: Mapping[str, Any], by_number: Mapping[str, list[str]]) -> str:
    """The record that a copy names. Where it does not say in which system, the number must exist in one."""
    systems = by_number.get(row["source_ref"] or "", [])
    if row["source_ref_system"]:
        systems = [system for system in systems if system == row["source_ref_system"]]
    return min((f"{system}:{row['source_ref']}" for system in systems), default="")


def _accounts(connection: psycopg.Connection) -> dict[tuple[str, str], list[Account]]:
    rows = newest(connection, "vendor_bank_account", ("vendor_number", "account_number_token", "account_number_last4"))
    found: dict[tuple[str, str], set[Account]] = defaultdict(set)
    for row in rows:
        if row["account_number_token"]:
            account = Account(row["account_number_token"], row["account_number_last4"] or "")
            found[row["_source_system"], row["vendor_number"]].add(account)
    return {key: sorted(held, key=lambda account: account.token) for key, held in found.items()}


def _record_systems(connection: psycopg.Connection) -> set[str]:
    """Systems of record for vendors, of any entity at any time."""
    roles = newest(connection, "system_of_record", ("object", "source_system", "role"))
    return {role["source_system"] for role in roles if role["object"] == "vendor" and role["role"] == "record"}


def newest(connection: psycopg.Connection, object_name: str, columns: tuple[str, ...]) -> list[dict]:
    """Return the newest known version of each record of an object: these columns, its system and when it changed."""
    query = sql.SQL(_NEWEST).format(
        columns=sql.SQL(", ").join(map(sql.Identifier, columns)),
        raw=sql.Identifier("raw", object_name),
        object=sql.Literal(object_name),
    )
    return connection.cursor(row_factory=dict_row).execute(query).fetchall()


def _decision(row: Mapping[str, Any]) -> Decision:
    detail = json.loads(row["detail"])
    known_at: datetime = row["known_at"]
    return Decision(
        decision_id=row["decision_id"],
        kind=DECISION_TYPES[row["decision_type"]],
        groups=tuple(tuple(group) for group in detail["groups"]),
        decided_at=known_at,
        decided_by=row["decided_by"],
        undoes=detail.get("undoes") or "",
    )
