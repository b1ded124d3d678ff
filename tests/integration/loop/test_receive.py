"""From an event in the inbox to the match at AP, step by step, each killed on its way and done again."""

import json
import secrets
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import pytest
import yaml

from bench._events.receipts import body_of, event, sites_of, waiting
from launcher.estate import Estate
from tests.support.killing import kill_at
from tests.support.pipeline import Pipeline, endpoint
from tieout import settings
from tieout.archive.keys import Keys
from tieout.archive.store import Archive
from tieout.events import inbox
from tieout.events.take import take_events
from tieout.feedback.clocks import Clocks
from tieout.feedback.delivery import deliver
from tieout.feedback.publication import may_send
from tieout.feedback.publish import enqueue
from tieout.feedback.targets import load_targets
from tieout.landing.configuration_files import load_configuration
from tieout.landing.profile import EVENTS
from tieout.quality.gate import run_gate
from tieout.sources.endpoint import Endpoint
from tieout.warehouse.ahead import build_ahead
from tieout.warehouse.connection import connect

# Where each step is killed: with its work done and not said to be done.
KILLED_IN = {
    "take": "tieout.events.inbox.settle",
    "gate": "tieout.quality.gate.promote",
    "build": "tieout.warehouse.runs.finish_run",
    "make_messages": "tieout.feedback.publish.tell",
    "deliver_ap": "tieout.feedback.parcels.record",
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


@dataclass
class Steps:
    """The steps of the DAG `receive` without Airflow, as plain values that another process can be given."""

    dsn: str
    home: Path
    config: Path
    estate: Estate
    target: Path
    encryption: list[bytes]
    token: bytes
    run_id: str = ""

    @classmethod
    def of(cls, pipeline: Pipeline) -> "Steps":
        """Return the steps on a pipeline."""
        keys = pipeline.keys
        return cls(
            pipeline.dsn, pipeline.home, pipeline.config, pipeline.estate, pipeline.target, keys.encryption, keys.token
        )

    @property
    def keys(self) -> Keys:
        return Keys(self.encryption, self.token)

    def now(self) -> datetime:
        return self.estate.clock()[1]

    def store(self, document) -> None:
        """Keep an event as the webhook does."""
        arrival = inbox.Arrival(
            source_system="supply", event_id=document["id"], event_type=document["type"],
            occurred_at=self.now(), received_at=self.now(), arrived_at=settings.wall_now(),
            body=body_of(document), trace_id=secrets.token_hex(16),
        )  # fmt: skip
        with connect(self.dsn) as connection:
            inbox.store(connection, arrival, self.keys)

    def take(self) -> None:
        archive = Archive(f"file://{self.home / 'archive'}", self.keys)
        configuration = load_configuration(self.config)
        take_events(self.dsn, configuration, archive, self.keys, trace_id="receive", now=self.now)

    def gate(self) -> None:
        run_gate(
            self.dsn, config=self.config, dag_run_id="receive", now=self.now(), data_docs=self.home / "data_docs",
            feed=EVENTS,
        )  # fmt: skip

    def build(self) -> None:
        self.run_id = build_ahead(self.dsn, now=self.now(), dag_run_id="receive", target=self.target).run_id

    def make_messages(self) -> None:
        with connect(self.dsn) as connection:
            targets = load_targets(self.config / "feedback")
            enqueue(connection, run_id=self.run_id, now=self.now(), targets_config=targets)

    def deliver_ap(self) -> None:
        target = load_targets(self.config / "feedback")["ap"]
        with connect(self.dsn) as connection:
            may_send(connection, Archive(f"file://{self.home / 'archive'}", self.keys), "ap", self.now())
        deliver(self.dsn, target, resolve=self.resolve, worker="w", clocks=Clocks(business_now=self.now))

    def resolve(self, name: str) -> Endpoint:
        return endpoint(self.estate.connections[name])


@pytest.fixture
def lived(pipeline):
    """A pipeline with a past, in which invoices wait for receipts."""
    if not pipeline.query("select from ops.run where state = 'succeeded'"):
        pipeline.cycle(6)
    return pipeline


def test_an_event_whose_every_step_is_killed_and_done_again_is_matched_at_ap_once(lived):
    steps = Steps.of(lived)
    with connect(lived.dsn) as connection:
        line = waiting(connection)[0]
    entities = [yaml.safe_load(each.read_text()) for each in (lived.config / "entities").glob("*.yml")]
    document = event(line, 1, sites=sites_of(entities), at=lived.now())
    before, known = lived.estate.counters()["ap"]["match_result"], shown(lived, line.invoice_ref)

    steps.store(document)
    for name, where in KILLED_IN.items():
        kill_at(where, getattr(steps, name))
        getattr(steps, name)()

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
