"""The quality gate: everything that landed since is judged at once and becomes known at one instant.

For each object one Great Expectations validation over all its waiting batches, and the warehouse's own verdict from
the same rules; where the two counts differ nothing is promoted. A row that breaks a critical rule is quarantined, a
batch that lacks a required field or breaks too many rules is stopped, the rest is promoted. No row is dropped, no
value changed. Verdict and promotion are one transaction: a gate that is killed has done nothing, and is run again.
"""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from contextlib import closing
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import psycopg

from tieout import settings
from tieout.errors import TieoutError
from tieout.quality import incidents, knowledge
from tieout.quality.batches import (
    Batch,
    Stop,
    accepted,
    broken_contract,
    contract_of,
    departed,
    over_limit,
    promote,
    shrinks,
    stop,
    waiting,
)
from tieout.quality.corrections import close_corrected
from tieout.quality.lean_import import load_great_expectations
from tieout.quality.rules import Rule
from tieout.quality.suites import configured_entities, rules_of
from tieout.quality.verdict import Verdict, judge, quarantine, record_results
from tieout.warehouse.connection import connect
from tieout.warehouse.contracts import Contract, load_contracts

if TYPE_CHECKING:
    from tieout.quality.validation import Finding, Validator


@dataclass(frozen=True)
class GateOutcome:
    """What one run of the gate did. ``known_at`` and ``gate_run_id`` are None where nothing waited."""

    gate_run_id: str | None = None
    known_at: datetime | None = None
    batches_promoted: int = 0
    batches_stopped: int = 0
    rows_landed: int = 0
    rows_promoted: int = 0
    rows_quarantined: int = 0
    objects: tuple[str, ...] = ()

    def as_dict(self) -> dict[str, Any]:
        """Return the outcome as plain values."""
        known_at = None if self.known_at is None else self.known_at.isoformat()
        return asdict(self) | {"known_at": known_at, "objects": list(self.objects)}


@dataclass(frozen=True)
class _Run:
    gate_run_id: str
    known_at: datetime
    contracts: Mapping[str, Contract]


def run_gate(
    dsn: str,
    *,
    config: Path,
    dag_run_id: str | None,
    now: datetime,
    data_docs: Path | None = None,
    feed: str | None = None,
) -> GateOutcome:
    """Judge all batches that wait, or those of one feed.

    Args:
        dsn: of the warehouse; a TCP URL.
        config: the folder with ``objects`` and ``entities``.
        dag_run_id: kept with the run.
        now: the business clock.
        data_docs: the folder that pages are written to; ``settings.data_docs_dir()`` by default.
        feed: whose batches; the others go on waiting.

    Raises:
        ConfigurationError: a contract, an entity or a suite is wrong.
        TieoutError: Great Expectations and the warehouse counted differently, or a batch is not as it says.
    """
    with closing(connect(dsn)) as connection:
        knowledge.exclude_other_gates(connection)
        batches = waiting(connection, feed)
        if not batches:
            return GateOutcome()
        known_at = knowledge.next_known_at(connection, now)
        run = _Run(f"gate-{known_at:%Y%m%dT%H%M%S.%fZ}", known_at, load_contracts(config / "objects"))
        rules = _rules(batches, run.contracts, configured_entities(config / "entities"))
        _open_run(connection, run, dag_run_id, now)
        return _judge_and_publish(connection, dsn, run, batches, rules, data_docs or settings.data_docs_dir(), now)


def _judge_and_publish(
    connection: psycopg.Connection,
    dsn: str,
    run: _Run,
    batches: Sequence[Batch],
    rules: Mapping[str, Sequence[Rule]],
    folder: Path,
    now: datetime,
) -> GateOutcome:
    broken = [reason for batch in batches if (reason := broken_contract(batch, contract_of(batch, run.contracts)))]
    whole = _without(batches, broken)
    to_check = _by_object(batch for batch in whole if batch.rows_landed)
    if not to_check:
        outcome = _conclude(connection, run, whole, broken, Verdict(), now)
        connection.commit()
        return outcome

    # Great Expectations takes seconds to import: only where there is something to check.
    load_great_expectations()
    from tieout.quality import data_docs
    from tieout.quality.validation import Validator

    with closing(Validator(dsn, folder)) as validator:
        findings = _validate(validator, to_check, rules)
        verdict = judge(connection, to_check, {name: rules[name] for name in to_check})
        reconcile(findings, verdict)
        outcome = _conclude(connection, run, whole, broken, verdict, now)
        data_docs.store(validator, findings, run.gate_run_id, run.known_at)
        connection.commit()
        data_docs.publish(validator, folder, lambda names: _committed(connection, names))
    return outcome


def reconcile(findings: Mapping[str, "Finding"], verdict: Verdict) -> None:
    """Compare what Great Expectations counted with what the warehouse counted.

    Raises:
        TieoutError: they differ; the message names object and rules.
    """
    for object_name, finding in findings.items():
        ours = {rule_id: verdict.broken.get(rule_id, 0) for rule_id in finding.broken}
        differ = sorted(rule_id for rule_id, count in finding.broken.items() if count != ours[rule_id])
        if differ or finding.rows != verdict.rows[object_name]:
            counts = ", ".join(f"{rule_id} ({finding.broken[rule_id]} and {ours[rule_id]})" for rule_id in differ)
            raise TieoutError(
                f"Great Expectations and the quarantine disagree on {object_name}: "
                f"{counts or f'{finding.rows} and {verdict.rows[object_name]} rows'}. Nothing was promoted.",
                "Raw must not change while it is judged: see who writes to it, then run the gate again.",
            )


def _rules(
    batches: Sequence[Batch], contracts: Mapping[str, Contract], entities: Sequence[str]
) -> dict[str, Sequence[Rule]]:
    concerned = {batch.object: contract_of(batch, contracts) for batch in batches}
    return {name: rules_of(contract, entities) for name, contract in sorted(concerned.items())}


def _open_run(connection: psycopg.Connection, run: _Run, dag_run_id: str | None, now: datetime) -> None:
    connection.execute(
        "insert into quality.gate_run (gate_run_id, known_at, dag_run_id, started_at, ended_at)"
        " values (%s, %s, %s, %s, %s)",
        (run.gate_run_id, run.known_at, dag_run_id, now, now),
    )


def _validate(
    validator: "Validator", to_check: Mapping[str, Sequence[Batch]], rules: Mapping[str, Sequence[Rule]]
) -> dict[str, "Finding"]:
    return {
        name: validator.validate(name, rules[name], [batch.batch_id for batch in batches])
        for name, batches in to_check.items()
    }


def _conclude(
    connection: psycopg.Connection,
    run: _Run,
    whole: Sequence[Batch],
    broken: Sequence[Stop],
    verdict: Verdict,
    now: datetime,
) -> GateOutcome:
    """Write results, stop, quarantine and promote, all in the gate's transaction."""
    stops = [*broken, *_over_limits(connection, run, whole, verdict)]
    pass_ = _without(whole, stops)
    held = 0
    if verdict.rows:
        record_results(connection, run.gate_run_id)
        held = quarantine(connection, [batch.batch_id for batch in pass_], now)
    promote(connection, pass_, verdict.held, gate_run_id=run.gate_run_id, known_at=run.known_at)
    close_corrected(connection, pass_, run.known_at)
    stop(connection, stops, now)
    incidents.report(connection, stops, now)
    incidents.resolve(connection, pass_, now)
    landed = sum(batch.rows_landed for batch in pass_)
    return GateOutcome(
        gate_run_id=run.gate_run_id,
        known_at=run.known_at,
        batches_promoted=len(pass_),
        batches_stopped=len(stops),
        rows_landed=landed + sum(stop.batch.rows_landed for stop in stops),
        rows_promoted=landed - held,
        rows_quarantined=held,
        objects=tuple(sorted({batch.object for batch in whole} | {stop.batch.object for stop in stops})),
    )


def _over_limits(connection: psycopg.Connection, run: _Run, batches: Sequence[Batch], verdict: Verdict) -> list[Stop]:
    judged = [_over_limit(connection, batch, run.contracts[batch.object], verdict) for batch in batches]
    over = [reason for reason in judged if reason is not None]
    let_through = accepted(connection, [reason.batch for reason in over]) if over else set()
    return [reason for reason in over if reason.batch.batch_id not in let_through]


def _over_limit(connection: psycopg.Connection, batch: Batch, contract: Contract, verdict: Verdict) -> Stop | None:
    limit = contract.departure_limit
    shorter = shrinks(batch, departed(connection, batch), limit) if limit else None
    return shorter or over_limit(batch, verdict.held.get(batch.batch_id, 0), contract.quarantine_limit)


def _without(batches: Sequence[Batch], stops: Sequence[Stop]) -> list[Batch]:
    stopped = {reason.batch.batch_id for reason in stops}
    return [batch for batch in batches if batch.batch_id not in stopped]


def _by_object(batches: Any) -> dict[str, list[Batch]]:
    grouped: dict[str, list[Batch]] = defaultdict(list)
    for batch in batches:
        grouped[batch.object].append(batch)
    return dict(sorted(grouped.items()))


def _committed(connection: psycopg.Connection, names: Collection[str]) -> set[str]:
    rows = connection.execute("select gate_run_id from quality.gate_run where gate_run_id = any(%s)", (list(names),))
    return {row[0] for row in rows}
