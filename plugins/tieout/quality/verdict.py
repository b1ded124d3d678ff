"""The warehouse's own verdict: which rows break which rules, told apart by batch; results and quarantine from it.

The predicates are those of the expectations. What is counted here must be what Great Expectations counted; a
difference stops the gate before anything is promoted.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

import psycopg
from psycopg import sql

from tieout.errors import TieoutError
from tieout.quality.batches import Batch
from tieout.quality.predicates import identifier, literal
from tieout.quality.rules import Rule

_WORKING_TABLES = """
create temporary table gate_rule (
    rule_id text primary key, object text, severity text, owner text, description text, position integer
) on commit drop;
create temporary table gate_batch (
    batch_id text primary key, object text, source_system text, rows_checked bigint
) on commit drop;
create temporary table gate_broken (
    object text, batch_id text, row_number integer, source_system text, record_key text, entity_id text, rule_ids text[]
) on commit drop;
"""

_RESULTS = """
insert into quality.result
    (gate_run_id, batch_id, object, source_system, rule_id, severity, owner, rows_checked, rows_failed)
select
    %(gate_run_id)s, batch.batch_id, batch.object, batch.source_system, rule.rule_id, rule.severity, rule.owner,
    batch.rows_checked, coalesce(failed.rows_failed, 0)
from gate_batch as batch
inner join gate_rule as rule using (object)
left join (
    select batch_id, rule_id, count(*) as rows_failed
    from gate_broken cross join unnest(rule_ids) as rule_id
    group by batch_id, rule_id
) as failed on failed.batch_id = batch.batch_id and failed.rule_id = rule.rule_id
"""

_QUARANTINE = """
insert into quality.quarantine
    (object, batch_id, row_number, source_system, record_key, entity_id, rule_ids, reason, owner, quarantined_at)
select
    broken.object, broken.batch_id, broken.row_number, broken.source_system, broken.record_key, broken.entity_id,
    broken.rule_ids, 'Not so: ' || rules.reason, rules.owner, %(at)s
from gate_broken as broken
cross join lateral (
    select
        string_agg(rule.description, ' ' order by rule.severity, rule.position) as reason,
        min(rule.severity) as severity,
        (array_agg(rule.owner order by rule.severity, rule.position))[1] as owner
    from gate_rule as rule
    where rule.rule_id = any(broken.rule_ids)
) as rules
where rules.severity = 'critical' and broken.batch_id = any(%(batch_ids)s)
"""

_HELD = """
select batch_id, count(*)
from gate_broken
where rule_ids && (select array_agg(rule_id) from gate_rule where severity = 'critical')
group by batch_id
"""


@dataclass
class Verdict:
    """What the warehouse counted.

    Attributes:
        rows: rows looked at, by object.
        broken: rows that break a rule, by rule id; rules that nothing breaks are left out.
        held: rows that break a critical rule, by batch id.
    """

    rows: dict[str, int] = field(default_factory=dict)
    broken: dict[str, int] = field(default_factory=dict)
    held: dict[str, int] = field(default_factory=dict)


def rows_to_check(object_name: str, batch_ids: Sequence[str]) -> str:
    """Return the selection that rules are checked on: these batches' rows but tombstones, which carry a key at most."""
    listed = ", ".join(literal(batch_id) for batch_id in batch_ids)
    return f"raw.{identifier(object_name)} where _batch_id in ({listed}) and not _deleted"


def judge(
    connection: psycopg.Connection, batches: Mapping[str, Sequence[Batch]], rules: Mapping[str, Sequence[Rule]]
) -> Verdict:
    """Find the rows that break rules, in working tables of this transaction, and return the counts.

    Args:
        connection: its transaction is the gate's.
        batches: to check, by object.
        rules: by object.

    Raises:
        TieoutError: a batch has more or fewer rows in raw than it says.
    """
    connection.execute(_WORKING_TABLES)
    _load_rules(connection, [rule for of_object in rules.values() for rule in of_object])
    verdict = Verdict()
    for object_name, waiting in batches.items():
        verdict.rows[object_name] = _count_rows(connection, object_name, waiting)
        connection.execute(_find_broken(object_name, waiting, rules[object_name]).encode())
    verdict.broken = dict(
        connection.execute(
            "select rule_id, count(*) from gate_broken cross join unnest(rule_ids) as rule_id group by rule_id"
        ).fetchall()
    )
    verdict.held = dict(connection.execute(_HELD).fetchall())
    return verdict


def record_results(connection: psycopg.Connection, gate_run_id: str) -> None:
    """Write one result per rule and batch."""
    connection.execute(_RESULTS, {"gate_run_id": gate_run_id})


def quarantine(connection: psycopg.Connection, batch_ids: Sequence[str], at: datetime) -> int:
    """Hold back the rows of these batches that break a critical rule; return how many."""
    return connection.execute(_QUARANTINE, {"batch_ids": list(batch_ids), "at": at}).rowcount


def _load_rules(connection: psycopg.Connection, rules: Iterable[Rule]) -> None:
    statement = "copy gate_rule (rule_id, object, severity, owner, description, position) from stdin"
    with connection.cursor() as cursor, cursor.copy(statement) as copy:
        for position, rule in enumerate(rules):
            copy.write_row((rule.id, rule.object, rule.severity.value, rule.owner, rule.description, position))


def _count_rows(connection: psycopg.Connection, object_name: str, batches: Sequence[Batch]) -> int:
    """Note how many rows of each batch are checked; return their sum."""
    statement = sql.SQL(
        "select _batch_id, count(*), count(*) filter (where not _deleted)"
        " from {} where _batch_id = any(%s) group by _batch_id"
    ).format(sql.Identifier("raw", object_name))
    rows = connection.execute(statement, ([batch.batch_id for batch in batches],))
    counted = {batch_id: (landed, checked) for batch_id, landed, checked in rows}
    for batch in batches:
        landed, checked = counted.get(batch.batch_id, (0, 0))
        if landed != batch.rows_landed:
            raise TieoutError(
                f"Batch {batch.batch_id} of {object_name} says that {batch.rows_landed} rows landed; raw has {landed}.",
                "Rows were lost or added after landing: compare ops.batch with the archive, and load it again.",
            )
        connection.execute(
            "insert into gate_batch values (%s, %s, %s, %s)",
            (batch.batch_id, object_name, batch.source_system, checked),
        )
    return sum(checked for _, checked in counted.values())


def _find_broken(object_name: str, batches: Sequence[Batch], rules: Sequence[Rule]) -> str:
    """Return the statement that finds broken rows: one pass for all rules. It has no parameters, only constants."""
    outcomes = ",\n".join(f"case when ({rule.predicate}) then {literal(rule.id)} end" for rule in rules)
    entity = identifier("entity_id") if any("entity_id" in rule.columns for rule in rules) else "null"
    return f"""
        insert into gate_broken
        with landed as (select * from {rows_to_check(object_name, [batch.batch_id for batch in batches])})
        select {literal(object_name)}, _batch_id, _row_number, _source_system, _record_key, {entity}, judged.rule_ids
        from landed
        cross join lateral (select array_remove(array[{outcomes}]::text[], null) as rule_ids offset 0) as judged
        where judged.rule_ids <> '{{}}'
    """  # noqa: S608 (constants are quoted; predicates are code of ours)
