"""A target that speaks HTTP, a warehouse with conclusions, and helpers to look at both."""

import hashlib
import json
import secrets
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any

import psycopg
import pytest
import uvicorn
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from launcher.postgres import EmbeddedPostgres
from tieout import settings
from tieout.feedback.clocks import Clocks
from tieout.feedback.delivery import deliver
from tieout.feedback.publish import enqueue
from tieout.feedback.tally import Delivered
from tieout.feedback.targets import CircuitBreaker, Retry, Target, load_targets
from tieout.sources.endpoint import Endpoint

NOW = datetime(2026, 4, 1, tzinfo=UTC)
Behaviour = Callable[["TargetServer", Request, dict[str, Any]], Response | None]


@dataclass
class TargetServer:
    """A system that takes feedback. It counts what it received and what it did.

    ``script`` holds behaviours for the next writes, first come first served: each may answer instead of the server
    (returning a response), or do something and let the server go on (returning None).
    """

    port: int = 0
    received: list[dict[str, Any]] = field(default_factory=list)
    effects: Counter[str] = field(default_factory=Counter)
    state: dict[str, dict[str, Any]] = field(default_factory=dict)
    answers: dict[str, Response] = field(default_factory=dict)
    script: list[Behaviour] = field(default_factory=list)
    tokens_issued: int = 0
    token_status: int = 200
    valid_tokens: set[str] = field(default_factory=set)
    busy: set[str] = field(default_factory=set)
    overlaps: int = 0
    lock: threading.Lock = field(default_factory=threading.Lock)

    def answer_next(self, status: int, times: int = 1, **headers: str) -> None:
        """Answer the next writes with a status instead of taking the message."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        content = {"error": status}
        self.script += [lambda *_: JSONResponse(content, status_code=status, headers=named)] * times

    def take(self, subject: str, body: dict[str, Any]) -> None:
        """Let a message have its effect."""
        with self.lock:
            self.effects[subject] += 1
            self.state[subject] = body

    def token(self, request: Request) -> Response:
        """Issue a token."""
        if self.token_status != 200:
            return JSONResponse({"error": "invalid_client"}, status_code=self.token_status)
        self.tokens_issued += 1
        token = f"token-{self.tokens_issued}"
        self.valid_tokens.add(token)
        return JSONResponse({"access_token": token, "token_type": "Bearer", "expires_in": 900})

    def match_result(self, body: dict[str, Any], request: Request) -> Response:
        """AP: a token is needed, keys are honoured."""
        if request.headers.get("authorization", "").removeprefix("Bearer ") not in self.valid_tokens:
            return JSONResponse({"error": "token"}, status_code=401)
        return self.once(body["invoiceId"], body, request)

    def clearance_with_key(self, body: dict[str, Any], request: Request) -> Response:
        """The second ERP: an API key in a header, keys are honoured."""
        if request.headers.get("x-api-key") != "secret":
            return JSONResponse({"error": "key"}, status_code=401)
        return self.once(request.path_params["key"], body, request)

    def clearance_without_key(self, body: dict[str, Any], request: Request) -> Response:
        """The first ERP: every POST has its effect."""
        self.take(body["apInvoiceId"], body)
        return JSONResponse(body, status_code=201)

    def read_clearance(self, request: Request) -> Response:
        """The first ERP: what it shows of an invoice."""
        if not request.headers.get("authorization", "").startswith("Basic "):
            return JSONResponse({"error": "credentials"}, status_code=401)
        found = self.state.get(request.path_params["key"])
        return JSONResponse(found) if found else JSONResponse({}, status_code=404)

    def webhook(self, body: dict[str, Any], request: Request) -> Response:
        """A service desk: signed webhooks, the key in a header."""
        return self.once(body["invoiceId"], body, request, key_header="x-event-id")

    def exception(self, body: dict[str, Any], request: Request) -> Response:
        """The service desk as shipped."""
        return self.once(body["exceptionId"], body, request)

    def once(
        self, subject: str, body: dict[str, Any], request: Request, key_header: str = "idempotency-key"
    ) -> Response:
        """Answer a known key as before, without a second effect."""
        key = request.headers[key_header]
        if key not in self.answers:
            self.take(subject, body)
            self.answers[key] = JSONResponse({"status": "accepted"})
        return self.answers[key]

    def write(self, handle: Callable[[dict[str, Any], Request], Response]) -> Callable[[Request], Any]:
        """Wrap a write: it is noted, and the script may interfere. Runs in a thread, so that it may block."""

        async def endpoint(request: Request) -> Response:
            raw = await request.body()
            body = json.loads(raw)
            request.scope["tieout.raw"] = raw
            return await run_in_threadpool(self._scripted, handle, body, request)

        return endpoint

    def _scripted(self, handle: Callable[..., Response], body: dict[str, Any], request: Request) -> Response:
        subject = (
            body.get("invoiceId") or body.get("exceptionId") or body.get("apInvoiceId") or request.path_params["key"]
        )
        with self.lock:
            self.received.append(
                {"subject": subject, "body": body, "headers": dict(request.headers), "raw": request.scope["tieout.raw"]}
            )
            self.overlaps += subject in self.busy
            self.busy.add(subject)
            behaviour = self.script.pop(0) if self.script else None
        try:
            answer = behaviour(self, request, body) if behaviour else None
            return answer if answer is not None else handle(body, request)
        finally:
            with self.lock:
                self.busy.discard(subject)

    def app(self) -> Starlette:
        """The routes."""
        return Starlette(
            routes=[
                Route("/oauth/token", self.token, methods=["POST"]),
                Route("/v1/match-results", self.write(self.match_result), methods=["POST"]),
                Route("/hooks/tieout", self.write(self.webhook), methods=["POST"]),
                Route("/hooks/technical-exceptions", self.write(self.exception), methods=["POST"]),
                Route("/invoice-clearances", self.write(self.clearance_without_key), methods=["POST"]),
                Route("/invoice-clearances/{key}", self.read_clearance, methods=["GET"]),
                Route("/api/invoice-clearances/{key}", self.write(self.clearance_with_key), methods=["PUT"]),
            ]
        )


@pytest.fixture
def server() -> Iterator[TargetServer]:
    """A running target on a free port of the loopback."""
    target = TargetServer()
    config = uvicorn.Config(
        target.app(), host="127.0.0.1", port=0, log_level="critical", lifespan="off", timeout_graceful_shutdown=1
    )
    running = uvicorn.Server(config)
    thread = threading.Thread(target=running.run, daemon=True)
    thread.start()
    while not running.started:
        thread.join(0.01)
    target.port = running.servers[0].sockets[0].getsockname()[1]
    yield target
    running.should_exit = True
    thread.join(10)


@dataclass
class Loop:
    """A warehouse with conclusions (`fb.*` as plain tables), targets as shipped but quick, and two clocks."""

    dsn: str
    server: TargetServer
    targets: dict[str, Target]
    now: datetime = NOW
    runs: int = 0
    wall_ahead: timedelta = timedelta()
    endpoints: dict[str, Endpoint] = field(default_factory=dict)

    def wall_now(self) -> datetime:
        """Wall time, moved ahead where a test wants to skip a wait."""
        return settings.wall_now() + self.wall_ahead

    @staticmethod
    def sleep(seconds: float) -> None:
        """Let a server take its time."""
        threading.Event().wait(seconds)

    def rows(self, query: str, *parameters: Any) -> list[tuple[Any, ...]]:
        """Run a statement of its own."""
        with psycopg.connect(self.dsn, autocommit=True) as connection:
            cursor = connection.execute(query, parameters or None)
            return cursor.fetchall() if cursor.description else []

    def conclude(self, subject: str, verdict: str = "matched", target: str = "ap", entity: str = "H1") -> None:
        """Set the desired state of an invoice."""
        operation, body, readback = BODIES[target](subject, verdict)
        facts = hashlib.sha256(json.dumps(body).encode()).hexdigest()
        self.rows(
            "insert into fb.fb_desired_state values (%s, %s, %s, 'invoice', %s, %s, %s, %s, %s, %s)"
            " on conflict (target, operation, subject_id) do update set"
            " body = excluded.body, facts_sha256 = excluded.facts_sha256, readback = excluded.readback",
            target, operation, entity, f"ap:{subject}", subject, json.dumps(body), facts, readback, f"corr-{subject}",
        )  # fmt: skip

    def observe(self, subject: str, readback: str, known_at: datetime, target: str = "ap") -> None:
        """Set what a target showed at the last extraction."""
        operation = BODIES[target](subject, "matched")[0]
        self.rows("delete from fb.fb_observed_state where subject_id = %s", f"ap:{subject}")
        self.rows(
            "insert into fb.fb_observed_state values (%s, %s, %s, %s, %s)",
            target, operation, f"ap:{subject}", readback, known_at,
        )  # fmt: skip

    def run(self, *, sends_feedback: bool = True, state: str = "succeeded") -> str:
        """Add a run of the transformation."""
        self.runs += 1
        self.rows(
            "insert into ops.run (run_id, as_of, full_refresh, sends_feedback, state, started_at)"
            " values (%s, %s, false, %s, %s, %s)",
            f"run-{self.runs}", self.now, sends_feedback, state, self.now,
        )  # fmt: skip
        return f"run-{self.runs}"

    def publish(self, run_id: str | None = None):
        """Make messages."""
        with psycopg.connect(self.dsn) as connection:
            return enqueue(connection, run_id=run_id or self.run(), now=self.now, targets_config=self.targets)

    def deliver(self, target: str = "ap", *, worker: str = "worker-1") -> Delivered:
        """Send what is due."""
        endpoint = self.endpoints.get(target) or Endpoint(
            host="127.0.0.1", port=self.server.port, login="tieout", password="secret", schema="http"
        )
        clocks = Clocks(business_now=lambda: self.now, wall_now=self.wall_now)
        return deliver(self.dsn, self.targets[target], resolve=lambda _: endpoint, worker=worker, clocks=clocks)

    def states(self, target: str = "ap") -> dict[str, list[str]]:
        """The states of each subject's messages, in order."""
        found: dict[str, list[str]] = {}
        query = "select subject_id, state from feedback.message_state where target = %s order by subject_id, sequence"
        for subject, state in self.rows(query, target):
            found.setdefault(subject.removeprefix("ap:"), []).append(state)
        return found

    def outcomes(self) -> list[str]:
        """The outcomes of all tries, in order."""
        return [row[0] for row in self.rows("select outcome from feedback.attempt order by attempt_id")]

    def incidents(self, *states: str) -> list[tuple[str, str]]:
        """Class and state of the technical exceptions."""
        return self.rows(
            "select class, state from ops.incident where state = any(%s) order by incident_id",
            list(states or ("retrying", "dead", "replayed", "resolved")),
        )

    def change(self, target: str, **changes: Any) -> None:
        """Change a target's configuration."""
        self.targets[target] = replace(self.targets[target], **changes)

    def mode(self, target: str, mode: str, **entities: str) -> None:
        """Change the mode of a target's operations."""
        operations = {
            name: replace(operation, mode=mode, entities=entities)
            for name, operation in self.targets[target].operations.items()
        }
        self.change(target, operations=operations)


def _match_result(subject: str, verdict: str) -> tuple[str, dict[str, Any], str]:
    body = {
        "invoiceId": subject,
        "verdict": verdict,
        "touchless": True,
        "lines": [{"lineNumber": 1, "verdict": verdict}],
        "holds": [],
        "correlationId": f"corr-{subject}",
    }
    return "match_result", body, f"{verdict}|"


def _erp_main(subject: str, verdict: str) -> tuple[str, dict[str, Any], str]:
    status = "cleared" if verdict == "matched" else "held"
    body = {
        "apInvoiceId": subject,
        "company": "US01",
        "status": status,
        "holds": [] if status == "cleared" else ["Price", "Qty Rec"],
        "lines": [{"line": 1, "account": "5100", "costCenter": "C1"}],
        "correlationId": f"corr-{subject}",
    }
    return "invoice_clearance", body, status


def _erp_west(subject: str, verdict: str) -> tuple[str, dict[str, Any], str]:
    status = "cleared" if verdict == "matched" else "held"
    body = {"companyCode": "3000", "releaseStatus": status, "blockingReasons": [], "items": [{"item": 1}]}
    return "invoice_clearance", body, status


BODIES = {
    "ap": _match_result,
    "erp_main": _erp_main,
    "erp_west": _erp_west,
    "files": _match_result,
    "desk": _match_result,
}


TABLES = """
    create schema fb;
    create table fb.fb_desired_state (
        target text, operation text, entity_id text, subject_type text, subject_id text, target_key text, body jsonb,
        facts_sha256 text, readback text, correlation_id text, primary key (target, operation, subject_id)
    );
    create table fb.fb_observed_state (
        target text, operation text, subject_id text, readback text, known_at timestamptz
    );
"""
# As a replica, so that the audit trail's trigger lets a test's events go.
EMPTY = """
    set session_replication_role = replica;
    truncate fb.fb_desired_state, fb.fb_observed_state, feedback.outbox, feedback.attempt, feedback.confirmation,
        feedback.queue, feedback.awaited, feedback.pace, feedback.batch_message, ops.batch, ops.interface_run,
        ops.incident, ops.run, ops.period_close, ops.period_close_entity, ops.period_close_balance,
        quality.promotion, quality.result, quality.quarantine, feedback.journal, ops.restore,
        audit.event, audit.chain, audit.unchained restart identity;
"""


@pytest.fixture(scope="module")
def shared_warehouse(postgres: EmbeddedPostgres, warehouse_template: str) -> Iterator[str]:
    """One warehouse for a file's tests, with `fb.*` as plain tables; each test begins with it empty."""
    name = f"feedback_{secrets.token_hex(6)}"
    dsn = postgres.create_database(name, template=warehouse_template)
    with psycopg.connect(dsn, autocommit=True) as connection:
        connection.execute(TABLES)
    yield dsn
    postgres.drop_database(name)


@pytest.fixture
def loop(shared_warehouse: str, server: TargetServer) -> Loop:
    """The loop, ready to conclude and publish."""
    with psycopg.connect(shared_warehouse, autocommit=True) as connection:
        connection.execute(EMPTY)
    quick = {
        "retry": Retry(timedelta(seconds=0.02), 2, timedelta(hours=1), timedelta(hours=24), timedelta(seconds=2)),
        "circuit_breaker": CircuitBreaker(1000, timedelta(minutes=1)),
        "requests_per_second": 500.0,
        "parallel_requests": 3,
        "timeout": timedelta(seconds=5),
    }
    targets = load_targets(settings.CHECKOUT / "config" / "feedback")
    return Loop(shared_warehouse, server, {name: replace(target, **quick) for name, target in targets.items()})
