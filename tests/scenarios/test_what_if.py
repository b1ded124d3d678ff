"""What a period would have looked like with other policies."""

from pathlib import Path
from typing import Any

import pytest

from tests.scenarios.estate import Estate, line
from tests.scenarios.warehouse import Warehouse, at
from tieout import settings
from tieout.errors import ConfigurationError
from tieout.operators import rebuild as operators
from tieout.warehouse.rebuild import rebuild
from tieout.what_if.ask import what_if
from tieout.what_if.question import Question

PAST, PRESENT = at("2026-03-10"), at("2026-03-20")
LOOSER = """policy_id,entity_id,valid_from,price_over_pct,price_over_amount,qty_ordered_over_pct,receipt_grace_days
generous,,2020-01-01,20,unlimited,0,5
"""
STRICTER = """policy_id,entity_id,valid_from,price_over_pct,price_over_amount,qty_ordered_over_pct,receipt_grace_days
strict,,2020-01-01,0,0,0,5
"""


def _two_moments(warehouse: Warehouse) -> None:
    """Two prices over the limit, one of them released later; one within; one outside of the period."""
    estate = Estate()
    for number, price in enumerate(("5.50", "5.60", "5.05", "5.50"), start=1):
        estate.order(f"PO{number}", line(10, "5.00"))
        estate.receipt(f"r{number}", f"PO{number}", 10, "2026-02-25")
        estate.invoice(f"I{number}", f"PO{number}", 10, price, "2026-02-27" if number == 4 else "2026-03-05")
    estate.land(warehouse, PAST)
    warehouse.build(PAST)
    estate.release("R1", "I2", "PRICE_OVER", actual="5.6")
    estate.land(warehouse, PRESENT)
    warehouse.build(PRESENT)


def ask(params: dict[str, Any]) -> list[dict[str, str]]:
    """What the DAG's task answers."""
    return operators.AnswerWhatIf(task_id="what_if").execute({"params": params, "run_id": "manual"})


def test_other_policies_release_and_add_holds_and_touch_nothing_of_the_warehouse(
    models: Warehouse, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _two_moments(models)
    facts = "select * from match.match_finding order by hold_id"
    log = "select hold_id, event, known_at from match.match_hold_log order by 1, 2, 3"
    before = models.rows(facts), models.rows(log), models.rows("select count(*) from raw.policy")
    (tmp_path / "policy.csv").write_text(LOOSER)
    params = {
        "name": "looser", "policies": str(tmp_path), "period_from": "2026-03-01", "period_to": "2026-03-31",
        "baseline": "", "keep_schemas": False,
    }  # fmt: skip
    monkeypatch.setattr(operators, "warehouse_dsn", lambda: models.dsn)
    (row,) = ask(params)
    assert (row["code"], row["entity_id"], row["currency"]) == ("PRICE_OVER", "H1", "USD")
    # I1 is let go, the clerk need not have released I2; I4 is dated in February
    assert (row["holds_before"], row["holds_after"], row["holds_released"], row["holds_added"]) == ("1", "0", "1", "0")
    assert (row["releases_spared"], row["at_risk_before"], row["at_risk_released"]) == ("1", "5.0000", "5.0000")
    assert models.values("select name, state from ops.rebuild") == {"looser": "dropped"}

    # compared with a rebuild: as of then, nobody had released anything
    rebuild(models.dsn, name="past", as_of=PAST, keep=1, now=PRESENT)
    (tmp_path / "policy.csv").write_text(STRICTER)
    (row,) = ask(
        params | {"name": "stricter", "policies": f"{tmp_path}/policy.csv", "baseline": "past", "keep_schemas": True}
    )
    assert (row["holds_before"], row["holds_after"], row["holds_released"], row["holds_added"]) == ("2", "3", "0", "1")
    assert (row["at_risk_before"], row["at_risk_added"], row["as_of"]) == ("11.0000", "0.5000", str(PAST))
    assert models.values("select invoice_id, policy_id from what_if_stricter_match.match_invoice_line")["ap:I3"] == (
        "strict"
    )

    assert (models.rows(facts), models.rows(log), models.rows("select count(*) from raw.policy")) == before


@pytest.mark.parametrize(
    ("files", "said"),
    [
        ({}, "no policies"),
        ({"prices.csv": LOOSER}, "prices"),
        ({"policy.csv": LOOSER.replace("price_over_pct", "price_pct")}, "price_pct"),
        ({"policy.csv": LOOSER.replace("generous,", ",")}, "policy.csv:2: policy_id"),
        ({"policy.csv": f"{LOOSER}twin,,2021-01-01,1,1,0,5\n"}, "policy.csv:3"),
    ],
)
def test_policies_that_would_not_load_are_refused_by_file_and_row(
    warehouse: str, tmp_path: Path, files: dict[str, str], said: str
) -> None:
    for name, text in files.items():
        (tmp_path / name).write_text(text)
    question = Question("wrong", tmp_path, at("2026-03-01").date(), at("2026-03-31").date())
    with pytest.raises(ConfigurationError, match=said):
        what_if(warehouse, question, config=settings.config_dir(), now=PRESENT)
