"""From an event in the inbox to the match at AP, step by step, each killed on its way and done again."""

import json
import os
import secrets
import signal
from collections.abc import Callable
from importlib import import_module

import pytest
import yaml

from bench._events.receipts import body_of, event, sites_of, waiting
from tieout import settings
from tieout.events import inbox
from tieout.events.take import take_events
from tieout.feedback.delivery import Clocks, deliver
from tieout.feedback.publish import enqueue
from tieout.feedback.targets import load_targets
from tieout.landing.archive import Archive
from tieout.landing.configuration_files import load_configuration
from tieout.landing.profile import EVENTS
from tieout.quality.gate import run_gate
from tieout.warehouse.ahead import build_ahead
from tieout.warehouse.connection import connect

# Where each step is killed: with its work done and not said to be done.
KILLED_IN = {
    "take": "tieout.events.inbox.settle",
    "gate": "tieout.quality.gate.promote",
    "build": "tieout.warehouse.runs.finish_run",
    "make_messages": "tieout.feedback.publish._tell",
    "deliver_ap": "tieout.feedback.delivery.record",
}
SHOWN = """
select body from estate.effect
where target = 'ap' and operation = 'match_result' and body ->> 'invoiceId' = %s
order by position
"""
PATH = """
select outcome, scope, messages > 0 as told, landed_at > arrived_at and gated_at > landed_at and built_at > gated_at
    and made_at > built_at and acknowledged_at > made_at as in_order
from ops.event_path where event_id = %s
"""


class Path:
    """The steps of the DAG `receive` on a pipeline without Airflow."""

    def __init__(self, pipeline) -> None:
        self.pipeline = pipeline
        self.run_id = ""

    def store(self, document) -> None:
        """Keep an event as the webhook does."""
        arrival = inbox.Arrival(
            source_system="supply", event_id=document["id"], event_type=document["type"],
            occurred_at=self.pipeline.now(), received_at=self.pipeline.now(), arrived_at=settings.wall_now(),
            body=body_of(document), trace_id=secrets.token_hex(16),
        )  # fmt: skip
        with connect(self.pipeline.dsn) as connection:
            inbox.store(connection, arrival, self.pipeline.keys)

    def take(self) -> None:
        pipeline = self.pipeline
        archive = Archive(f"file://{pipeline.home / 'archive'}", pipeline.keys)
        configuration = load_configuration(pipeline.config)
        take_events(pipeline.dsn, configuration, archive, pipeline.keys, trace_id="receive", now=pipeline.now)

    def gate(self) -> None:
        pipeline = self.pipeline
        run_gate(
            pipeline.dsn, config=pipeline.config, dag_run_id="receive", now=pipeline.now(),
            data_docs=pipeline.home / "data_docs", feed=EVENTS,
        )  # fmt: skip

    def build(self) -> None:
        pipeline = self.pipeline
        target = pipeline.target
        self.run_id = build_ahead(pipeline.dsn, now=pipeline.now(), dag_run_id="receive", target=target).run_id

    def make_messages(self) -> None:
        pipeline = self.pipeline
        with connect(pipeline.dsn) as connection:
            targets = load_targets(pipeline.config / "feedback")
            enqueue(connection, run_id=self.run_id, now=pipeline.now(), targets_config=targets)

    def deliver_ap(self) -> None:
        pipeline = self.pipeline
        target = load_targets(pipeline.config / "feedback")["ap"]
        deliver(pipeline.dsn, target, resolve=pipeline.resolve, worker="w", clocks=Clocks(business_now=pipeline.now))


def killed(step: Callable[[], None], where: str) -> None:
    """Do a step in a process that is killed when it calls `where`."""
    module, _, name = where.rpartition(".")
    child = os.fork()
    if child == 0:
        setattr(import_module(module), name, lambda *_, **__: os.kill(os.getpid(), signal.SIGKILL))
        try:
            step()
        finally:
            os._exit(1)
    _, status = os.waitpid(child, 0)
    assert os.WIFSIGNALED(status), f"{where} was not reached"
    assert os.WTERMSIG(status) == signal.SIGKILL


@pytest.fixture
def lived(pipeline):
    """A pipeline with a past, in which invoices wait for receipts."""
    if not pipeline.query("select from ops.run where state = 'succeeded'"):
        pipeline.cycle(6)
    return pipeline


def test_an_event_whose_every_step_is_killed_and_done_again_is_matched_at_ap_once(lived):
    path = Path(lived)
    with connect(lived.dsn) as connection:
        line = waiting(connection)[0]
    entities = [yaml.safe_load(each.read_text()) for each in (lived.config / "entities").glob("*.yml")]
    document = event(line, 1, sites=sites_of(entities), at=lived.now())
    before, known = lived.estate.counters()["ap"]["match_result"], shown(lived, line.invoice_ref)

    path.store(document)
    for name, where in KILLED_IN.items():
        killed(getattr(path, name), where)
        getattr(path, name)()

    *earlier, last = shown(lived, line.invoice_ref)
    assert earlier == known, "one message about the invoice took effect"
    assert {each["lineNumber"]: each["verdict"] for each in last["lines"]}[line.invoice_line_number] == "matched"
    assert lived.query(PATH, [document["id"]]) == [("landed", "feedback", True, True)]
    after = lived.estate.counters()["ap"]["match_result"]
    assert after["received"] - before["received"] > after["effective"] - before["effective"], "it was sent again"
    assert lived.query("select count(*) from raw.receipt_line where receipt_ref = 'EV-000001'") == [(1,)]

    lived.publish(lived.transform())
    assert shown(lived, line.invoice_ref) == [*earlier, last], "the whole run concludes what the part did"


def shown(pipeline, invoice_ref):
    """What AP took about an invoice, in order."""
    dsn = json.loads((pipeline.home / "estate.json").read_text())["dsn"]
    with connect(dsn) as connection:
        return [body for (body,) in connection.execute(SHOWN, [invoice_ref]).fetchall()]
