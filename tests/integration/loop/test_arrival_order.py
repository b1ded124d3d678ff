"""The facts do not depend on the order in which records arrive, nor on how they are split into batches.

The same days of the estate are read twice: all systems over all days at once, and again system by system, invoices
before the orders that they name, with a transformation after each. Nothing is fed back, so that both read the same.
"""

import tempfile
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests.scenarios.warehouse import MATCH
from tests.support.pipeline import Pipeline, running_estate
from tieout import settings
from tieout.landing.manifest import Interval
from tieout.warehouse.migrate import migrate

FIRST_DAY = datetime(2026, 3, 1, tzinfo=UTC)
FACTS = ("match_allocation", "match_invoice_line", "match_invoice", "match_duplicate_invoice", "match_po_line")
HOLDS = """
select hold_id, code, subject_type, subject_id, blocking, severity, stage, expected, actual, limit_applied, policy_id,
    amount_at_risk, currency, owner_role, owner, root_cause, explanation
from match.match_hold
where resolved_at is null
order by hold_id
"""
# In `make test` tests/scenarios/test_order_of_arrival.py does the same with drawn records, which is quicker.
SIZES = [pytest.param(12, 0.4, id="twelve days"), pytest.param(34, 1.0, id="full size")]


@pytest.mark.slow
@pytest.mark.parametrize(("days", "volume"), SIZES)
def test_another_order_of_arrival_ends_in_equal_facts(postgres, days, volume):
    whole = Interval(FIRST_DAY, FIRST_DAY + timedelta(days=days))
    half = FIRST_DAY + timedelta(days=days // 2)
    at_once = [(whole, None)]
    in_pieces = [
        (whole, ["ap", "bank"]),
        (Interval(half, whole.end), ["supply", "erp_main"]),
        (Interval(FIRST_DAY, half), ["erp_main", "supply", "contracts"]),
        (whole, ["erp_west", "adventureworks", "supply", "erp_main", "screening"]),
    ]
    expected = facts_after(postgres, days, volume, at_once)
    assert expected["match_invoice_line"]
    assert expected["match_hold"]
    found = facts_after(postgres, days, volume, in_pieces)
    for name, rows in expected.items():
        differing = [("expected", *row) for row in rows if row not in found[name]]
        differing += [("found", *row) for row in found[name] if row not in rows]
        assert not differing, "\n".join([name, *map(str, differing[:20])])


def facts_after(postgres, days, volume, steps):
    """Read the estate's days step by step, with a transformation after each; return what the match models hold."""
    home = Path(tempfile.mkdtemp(prefix="tieout-arrival-"))
    home.chmod(0o755)
    dsn = postgres.create_database(home.name.replace("-", "_"))
    migrate(dsn, settings.objects_dir())
    try:
        with running_estate(postgres, home, volume=volume) as estate:
            estate.advance(days)
            pipeline = Pipeline(dsn, home, estate)
            for interval, systems in steps:
                pipeline.extract(interval, systems)
                pipeline.transform(select=MATCH)
            facts = {name: pipeline.query(f"select t::text from match.{name} as t order by 1") for name in FACTS}
            return facts | {"match_hold": pipeline.query(HOLDS)}
    finally:
        postgres.drop_database(home.name.replace("-", "_"))
