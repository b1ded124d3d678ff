"""A hospital is added by one file of ``config/``; what its systems sent before is taken in from the archive.

Lake Hospital's systems send from the first day on, as those of a facility that shares an ERP with others do; nobody has
told Tieout of it yet. Its rows are held back, and North Hospital's are not. Then ``config/entities/H2.yml`` comes.
"""

import shutil
import tempfile
from datetime import timedelta
from pathlib import Path

import pytest

from tests.support.pipeline import CHECKOUT, Pipeline, running_estate
from tieout.landing.manifest import Interval
from tieout.quality.selection import Selection
from tieout.quality.steward import decide

SYSTEMS = ("erp_main", "ap", "supply", "contracts")
CODES = ("US02", "BU-LAKE", "LAK")
FILE = Path("entities/H2.yml")
NORTH = {
    "match_invoice": "select m::text from match.match_invoice as m where entity_id = 'H1' order by 1",
    "match_invoice_line": "select m::text from match.match_invoice_line as m where entity_id = 'H1' order by 1",
    "match_hold": (
        "select hold_id, code, subject_id, blocking, expected, actual, amount_at_risk, opened_at, resolved_at"
        " from match.match_hold where entity_id = 'H1' order by 1"
    ),
    "messages": (
        "select target, operation, subject_id, sequence, facts_sha256 from feedback.outbox where entity_id = 'H1'"
        " order by 1, 2, 3, 4"
    ),
}
STOPPED = "select batch_id from ops.batch where state = 'stopped' order by 1"
UNKNOWN = (
    "select quarantine_id, entity_id from quality.quarantine"
    " where state = 'waiting' and object || '.entity_id.configured' = any(rule_ids)"
)
VERDICTS = "select count(*), count(verdict) from match.match_invoice where entity_id = 'H2'"
INVOICES = "select count(distinct _record_key) from raw.invoice where _source_system = 'ap' and entity_id = any(%s)"
OPEN = "select fingerprint from ops.incident where state in ('retrying', 'dead')"
SENT = (
    "select count(distinct subject_id) from feedback.message_state"
    " where entity_id = 'H2' and target = %s and operation = %s and state in ('acknowledged', 'confirmed')"
)


@pytest.fixture
def pipeline(postgres, warehouse):
    """A pipeline over two hospitals, one of which its configuration does not name."""
    home = Path(tempfile.mkdtemp(prefix="tieout-hospital-"))
    home.chmod(0o755)
    config = home / "config"
    shutil.copytree(CHECKOUT / "config", config)
    (config / FILE).unlink()
    without_policies_of_its_own(config / "policies/policy.csv")
    with running_estate(postgres, home, volume=0.3, entities=["H1", "H2"]) as estate:
        yield Pipeline(warehouse, home, estate, config)
    shutil.rmtree(home)


def test_a_hospital_is_added_by_one_file_and_what_came_before_it_is_taken_in(pipeline):
    before = Interval(pipeline.now(), pipeline.estate.advance(4)[1])
    pipeline.extract(before, SYSTEMS)
    the_unknown_hospital_is_held_back_and_the_other_works(pipeline)
    north = {name: pipeline.query(statement) for name, statement in NORTH.items()}

    shutil.copy(CHECKOUT / "config" / FILE, pipeline.config / FILE)
    what_came_before_is_taken_in(pipeline, before)
    assert {name: pipeline.query(statement) for name, statement in NORTH.items()} == north

    earlier = pipeline.query(VERDICTS)[0][0]
    pipeline.cycle(systems=SYSTEMS)
    its_next_day_needs_nobody(pipeline, earlier)


def the_unknown_hospital_is_held_back_and_the_other_works(pipeline):
    """Batches with too many unknown rows stop; a steward lets them through, and only the unknown rows stay out."""
    assert pipeline.judge().batches_stopped > 0
    assert "gate:erp_main:purchase_orders:purchase_order" in {name for (name,) in pipeline.query(OPEN)}
    accept_stopped(pipeline)
    pipeline.publish(pipeline.transform())
    assert pipeline.query(STOPPED) == []
    assert {entity_id for _, entity_id in pipeline.query(UNKNOWN)} == set(CODES)
    assert pipeline.query("select count(*) from mart.dim_entity where entity_id = 'H2'") == [(0,)]
    assert pipeline.query("select distinct entity_id from match.match_invoice") == [("H1",)]
    assert pipeline.query("select distinct entity_id from feedback.outbox") == [("H1",)]
    assert pipeline.query(OPEN) == []


def what_came_before_is_taken_in(pipeline, before):
    """The archive is parsed again; a steward settles the rows as they were, which nobody needs any more."""
    unknown = [row for row, _ in pipeline.query(UNKNOWN)]
    assert pipeline.configure() > 0
    assert sum(pipeline.reparse(before, SYSTEMS).values()) == len(unknown)
    assert sum(pipeline.reparse(before, SYSTEMS).values()) == 0
    settle(pipeline, "reject", unknown, "parsed again with the hospital's codes")
    pipeline.publish(pipeline.transform())

    assert pipeline.query(STOPPED) == []
    assert pipeline.query(UNKNOWN) == []
    assert pipeline.query("select name, parent_entity_id from mart.dim_entity where entity_id = 'H2'") == [
        ("Lake Hospital", "GROUP")
    ]
    invoices = pipeline.query(INVOICES, [["BU-LAKE"]])[0][0]
    assert invoices > 0
    assert pipeline.query(VERDICTS) == [(invoices, invoices)]
    assert pipeline.query(SENT, ["ap", "match_result"])[0][0] > 0


def its_next_day_needs_nobody(pipeline, earlier):
    """New rows are the hospital's at once, and both its ERP and AP hear of its new invoices."""
    count, judged = pipeline.query(VERDICTS)[0]
    assert count == judged == pipeline.query(INVOICES, [["H2"]])[0][0]
    assert count > earlier
    assert pipeline.query(STOPPED) == []
    assert pipeline.query(UNKNOWN) == []
    assert pipeline.query(SENT, ["ap", "match_result"])[0][0] > earlier
    assert pipeline.query(SENT, ["erp_main", "invoice_clearance"])[0][0] > 0
    assert pipeline.query(OPEN) == []


def without_policies_of_its_own(policies: Path) -> None:
    """Take the rows out that name the hospital: it inherits the group's."""
    lines = policies.read_text().splitlines(keepends=True)
    policies.write_text("".join(line for line in lines if ",H2," not in line))


def accept_stopped(pipeline):
    """Let the batches through that stopped."""
    for (batch_id,) in pipeline.query(STOPPED):
        steward(pipeline, "release", Selection("batch", batch_id), "the rows of known hospitals are right")


def settle(pipeline, action, rows, reason):
    """Decide on rows of the quarantine."""
    steward(pipeline, action, Selection("ids", ",".join(map(str, rows))), reason)


def steward(pipeline, action, selection, reason):
    """Decide as a steward does."""
    decide(
        pipeline.dsn, action=action, selection=selection, by="s.teward", reason=reason,
        now=pipeline.now() + timedelta(minutes=1),
    )  # fmt: skip
