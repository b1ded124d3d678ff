"""The outbox: how fast work is picked beside a million delivered messages, and how fast it is delivered.

Picking is measured against a warehouse with 1,000,000 delivered messages (`TIEOUT_BENCH_ROWS`) and 10,000 that wait:
a batch, and one message taken under its lock. The limit is 50 ms. Delivering is measured against the sandbox estate's
servers over HTTP, with the shipped configuration: deliveries per second beside the target's limit of requests, by one
delivering run and by three in processes of their own.
"""

import json
import multiprocessing
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg

from bench._server import own_server
from tieout import settings
from tieout.feedback import taking
from tieout.feedback.delivery import deliver
from tieout.feedback.targets import Target, load_targets
from tieout.sources.endpoint import Endpoint
from tieout.warehouse.migrate import migrate

DELIVERED = int(os.environ.get("TIEOUT_BENCH_ROWS", "1000000"))
PENDING = 10_000
LOOKS = 200
SECONDS = 8  # of deliveries at the target's limit
BATCH, ONE = "a batch", "one message"
# Per target: an operation that needs no other record at the target, its requests per message, its body.
SENT: dict[str, tuple[str, int, dict[str, Any]]] = {
    "ap": (
        "purchase_order",
        1,
        {"poNumber": "", "businessUnit": "BU-NORTH", "supplierId": None, "currency": "USD", "status": "sent"}
        | {"orderedAt": None, "lines": []},
    ),
    "erp_main": ("master_proposal", 2, {"kind": "item_link", "number": "", "sameAs": "1", "sameAsSystem": "supply"}),
    "erp_west": ("master_proposal", 1, {"kind": "item_link", "number": "", "sameAs": "1", "sameAsSystem": "supply"}),
    "service_desk": (
        "technical_exception",
        1,
        {"exceptionId": "", "status": "open", "class": "unavailable", "message": "x", "things": 1}
        | {"runbook": "extract", "firstSeenAt": "2026-03-01T00:00:00Z"},
    ),
}
KEY_FIELDS = ("poNumber", "number", "exceptionId")
MESSAGES = """
    insert into feedback.outbox (
        target, operation, entity_id, subject_type, subject_id, sequence, target_key, body, facts_sha256, readback,
        schema_version, idempotency_key, mode, correlation_id, run_id, created_at
    )
    select
        %(target)s, %(operation)s, 'H1', 'bench', %(prefix)s || n, 1, %(key)s || %(prefix)s || n,
        %(body)s::jsonb || jsonb_build_object(%(field)s::text, %(prefix)s || n), 'facts', 'present', 1,
        encode(sha256(convert_to(%(target)s || %(prefix)s || n, 'UTF8')), 'hex'), 'live', 'c' || n, 'bench', now()
    from generate_series(1, %(count)s) as n
"""
ATTEMPTS = """
    insert into feedback.attempt (message_id, at, tried_at, outcome, status_code, latency_ms, worker)
    select message_id, created_at, created_at, 'acknowledged', 200, 5, 'bench'
    from feedback.outbox
"""
QUEUE = """
    insert into feedback.queue (message_id, target, operation, entity_id, subject_id, due_at)
    select message_id, target, operation, entity_id, subject_id, 'epoch'
    from feedback.outbox
    where subject_id like %(prefix)s || '%%'
"""


def main() -> None:
    """Measure and print milliseconds of picking, deliveries per second, and their ratio to the target's limit."""
    with own_server() as (server, directory):
        targets = load_targets(settings.CHECKOUT / "config" / "feedback")
        picked = server.create_database("bench_picking")
        print(f"picking beside {DELIVERED:,} delivered and {PENDING:,} waiting messages; limit 50 ms")
        for what, times in picking(picked, targets["ap"]).items():
            print(f"{what:14} median {statistics.median(times):6.2f} ms, largest {max(times):6.2f} ms")
        with estate(server.create_database("bench_estate"), directory) as connections:
            print("delivering; requests per second are limited by targets.yml")
            for number in (1, 3):
                warehouse = server.create_database(f"bench_delivering_{number}")
                _delivering(warehouse, targets, connections, number)


def picking(warehouse: str, target: Target) -> dict[str, list[float]]:
    """Fill a warehouse and return the milliseconds of each look for work."""
    migrate(warehouse, settings.objects_dir())
    with psycopg.connect(warehouse, autocommit=True) as connection:
        _messages(connection, target, "done-", DELIVERED)
        connection.execute(ATTEMPTS)
        _messages(connection, target, "wait-", PENDING)
        connection.execute(QUEUE, {"prefix": "wait-"})
        connection.execute("vacuum analyze")
    with psycopg.connect(warehouse) as connection:
        due = taking.due(connection, target, settings.wall_now())
        return {
            f"{BATCH} of {len(due)}": _times(lambda _: taking.due(connection, target, settings.wall_now())),
            ONE: _times(lambda number: _take(connection, target, due[number % len(due)])),
        }


def _take(connection: psycopg.Connection, target: Target, due: taking.Due) -> None:
    """Lock a message and let it go again."""
    taken = taking.take(connection, target, due.message_id, settings.wall_now())
    connection.rollback()
    if isinstance(taken, str):
        raise RuntimeError(f"Message {due.message_id} was {taken}.")


def _times(call: Callable[[int], object]) -> list[float]:
    times = []
    for number in range(LOOKS):
        started = time.perf_counter()
        call(number)
        times.append((time.perf_counter() - started) * 1000)
    return times


def _delivering(warehouse: str, targets: dict[str, Target], connections: dict[str, Any], runs: int) -> None:
    migrate(warehouse, settings.objects_dir())
    for name, (operation, requests, _) in SENT.items():
        target = targets[name]
        count = int(target.requests_per_second * SECONDS / requests)
        prefix = f"{name}-{runs}-"
        with psycopg.connect(warehouse, autocommit=True) as connection:
            _messages(connection, target, prefix, count)
            connection.execute(QUEUE, {"prefix": prefix})
        facts = connections[target.connection]
        seconds, sent = _deliver(warehouse, target, facts, runs)
        rate = sent / seconds
        ratio = rate * requests / target.requests_per_second
        print(
            f"{name + ' ' + operation:32} {runs} run{'s' * (runs > 1):1} {sent:6,} in {seconds:5.1f} s {rate:7.1f}/s,"
            f" {rate * requests:6.1f} requests/s of {target.requests_per_second:g}: {ratio:4.2f}"
        )


def _deliver(warehouse: str, target: Target, facts: dict[str, Any], runs: int) -> tuple[float, int]:
    """Deliver by so many processes; return the seconds from the first request's attempt to the last, and how many."""
    context = multiprocessing.get_context("spawn")
    workers = [context.Process(target=_run, args=(warehouse, target, facts, str(number))) for number in range(runs)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    with psycopg.connect(warehouse) as connection:
        row = connection.execute(
            "select extract(epoch from max(a.tried_at) - min(a.tried_at) + avg(a.latency_ms) * interval '1 ms')::float,"
            " count(*) from feedback.attempt as a inner join feedback.outbox as o on o.message_id = a.message_id"
            " where o.target = %s and a.outcome = 'acknowledged'",
            [target.name],
        ).fetchone()
    if row is None or not row[1]:
        raise RuntimeError(f"Nothing was delivered to {target.name}.")
    return row[0], row[1]


def _run(warehouse: str, target: Target, facts: dict[str, Any], worker: str) -> None:
    endpoint = Endpoint(**{name: facts[name] for name in ("host", "port", "login", "password", "schema")})
    deliver(warehouse, target, resolve=lambda _: endpoint, worker=worker)


def _messages(connection: psycopg.Connection, target: Target, prefix: str, count: int) -> None:
    operation, _, body = SENT[target.name]
    field = next(field for field in KEY_FIELDS if field in body)
    kind = f"{body['kind']}:" if "kind" in body else ""
    connection.execute(
        MESSAGES,
        {
            "target": target.name,
            "operation": operation,
            "prefix": prefix,
            "key": kind,
            "body": json.dumps(body),
            "field": field,
            "count": count,
        },
    )


@contextmanager
def estate(dsn: str, directory: Path) -> Iterator[dict[str, Any]]:
    """Serve the sandbox estate in a process of its own; yield its connections."""
    config = directory / "estate.json"
    config.write_text(json.dumps({"home": str(directory), "dsn": dsn, "volume": 0.05}))
    command = [sys.executable, "-m", "sandbox", "serve", "--config", str(config)]
    with subprocess.Popen(command, cwd=settings.CHECKOUT, stdout=subprocess.PIPE) as process:
        try:
            if process.stdout is None or not process.stdout.readline():
                raise RuntimeError("The estate did not start.")
            yield json.loads((directory / "estate" / "state.json").read_text())["connections"]
        finally:
            process.terminate()
            process.wait()


if __name__ == "__main__":
    main()
