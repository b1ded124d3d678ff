"""Rules are evaluated on whatever a source sends: none may raise, whatever the text."""

import pytest

from tieout import settings
from tieout.quality.batches import Batch
from tieout.quality.suites import rules_of
from tieout.quality.verdict import judge
from tieout.warehouse.connection import connect
from tieout.warehouse.contracts import load_contracts

TEXTS = (
    "", " ", "abc", "O'Hara \\ \" % {x} :y", "NaN", "Infinity", "-inf", "1e999", "0x1F", "1_000", ".", "-",
    "2026-02-30",
    "2026-03-31", "9999-99-99", "0000-01-01", "today", "2026-03-31T25:61:00+00:00", "2026-03-31T08:00:00+99:99",
    "294277-01-01T00:00:00Z", "9" * 400, "1.5", "-7", "unlimited", "true", "USD", "H1",
)  # fmt: skip


def test_no_rule_of_any_object_raises_on_any_text(wh):
    contracts = load_contracts(settings.objects_dir())
    rules = {name: rules_of(contract, ["H1"]) for name, contract in contracts.items()}
    batches = {}
    for name, contract in contracts.items():
        columns = contract.raw_columns
        rows = [dict.fromkeys(columns, text) for text in TEXTS] + [{}]
        batches[name] = [Batch(wh.land(name, rows), "erp_main", "feed", name, len(rows), [])]

    with connect(wh.dsn) as connection:
        verdict = judge(connection, batches, rules)

    assert set(verdict.rows.values()) == {len(TEXTS) + 1}
    for name, contract in contracts.items():
        for field in contract.fields:
            if field.type in {"date", "timestamp", "money", "integer"}:
                assert verdict.broken[f"{name}.{field.name}.type"] >= 20


@pytest.mark.parametrize("name", ["scipy.stats", "altair"])
def test_what_the_gate_left_out_of_an_import_is_there_for_others(name):
    import importlib

    from tieout.quality.lean_import import load_great_expectations

    load_great_expectations()
    module = importlib.import_module(name)

    assert getattr(module, {"scipy.stats": "norm", "altair": "Chart"}[name])
