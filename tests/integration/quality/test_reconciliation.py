"""Where two counts differ, nothing is promoted."""

import dataclasses

import pytest

from tieout.errors import TieoutError


def nothing_happened(wh) -> bool:
    tables = ("quality.gate_run", "quality.promotion", "quality.quarantine", "quality.result")
    counts = [wh.one(f"select count(*) from {table}") for table in tables]
    return not any(counts) and wh.one("select count(*) from ops.batch where state <> 'landed'") == 0


def test_a_count_that_differs_from_great_expectations_stops_the_gate(wh, gate, receipt, monkeypatch):
    from tieout.quality.validation import Validator

    wh.land("receipt_line", [receipt(qty="x"), receipt(receipt_ref="R2")])
    validate = Validator.validate

    def one_too_few(self, *args):
        finding = validate(self, *args)
        return dataclasses.replace(finding, broken=finding.broken | {"receipt_line.qty.type": 0})

    with monkeypatch.context() as patched:
        patched.setattr(Validator, "validate", one_too_few)
        with pytest.raises(TieoutError, match=r"disagree on receipt_line: receipt_line.qty.type \(0 and 1\)"):
            gate()

    assert nothing_happened(wh)
    assert gate().rows_quarantined == 1


def test_a_row_that_came_or_went_while_the_gate_was_at_work_stops_it(wh, gate, receipt, monkeypatch):
    from tieout.quality.validation import Validator

    batch = wh.land("receipt_line", [receipt(), receipt(receipt_ref="R2")])
    validate = Validator.validate

    def and_lose_a_row(self, *args):
        finding = validate(self, *args)
        wh.execute("delete from raw.receipt_line where _row_number = 2")
        return finding

    monkeypatch.setattr(Validator, "validate", and_lose_a_row)
    with pytest.raises(TieoutError, match=f"Batch {batch} of receipt_line says that 2 rows landed; raw has 1"):
        gate()

    assert nothing_happened(wh)


def test_a_rule_that_cannot_be_evaluated_stops_the_gate_and_quotes_no_value(wh, gate, receipt, monkeypatch):
    from expectations import receipt_line
    from tieout.quality.rules import critical

    careless = critical("careless", ["lot"], fails_when="lot::integer > 0", says="lot is a number.")
    monkeypatch.setattr(receipt_line, "CHECKS", (*receipt_line.CHECKS, careless))
    wh.land("receipt_line", [receipt(lot="DE89370400440532013000")])

    with pytest.raises(TieoutError, match="could not evaluate") as error:
        gate()

    assert "DE89370400440532013000" not in str(error.value)
    assert nothing_happened(wh)
