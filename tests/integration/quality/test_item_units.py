"""Units of items at the gate: what no pack can hold waits for a steward, a mistyped trade item number is reported."""

from random import Random

from psycopg.rows import scalar_row
from stdnum import ean

from expectations.common import trade_item_number
from tieout.warehouse.connection import connect

FIRST = {"item_number": "100", "unit": "BX", "factor": "12"}
IMPOSSIBLE = {
    "zero": ({"factor": "0"}, "factor_is_above_zero"),
    "negative": ({"factor": "-12"}, "factor_is_above_zero"),
    "a date in the wrong column": ({"factor": "20260331"}, "factor_is_believable"),
    "next to nothing": ({"factor": "0.0000001"}, "factor_is_believable"),
    "a part of a million and one": ({"factor": "1", "factor_denominator": "1000001"}, "factor_is_believable"),
    "divided by nothing": ({"factor": "1", "factor_denominator": "0"}, "factor_denominator_is_above_zero"),
    "for a stranger": ({"entity_id": "US99"}, "entity_id.configured"),
}
POSSIBLE = ({}, {"factor": "1000000"}, {"factor": "1", "factor_denominator": "1000000"}, {"factor": "0.25"})


def test_a_factor_that_no_pack_has_waits_for_the_item_steward_and_the_rest_goes_on(wh, gate):
    for number, (fields, _) in enumerate(IMPOSSIBLE.values()):
        wh.land("item_unit", [FIRST, FIRST | fields], source_system="supply", batch_id=f"batch {number}")
    wh.land("item_unit", [FIRST | fields for fields in POSSIBLE], source_system="supply", batch_id="possible")

    outcome = gate()

    held = wh.rows("select row_number, rule_ids, owner, reason, state from quality.quarantine order by batch_id")
    assert [(row["row_number"], row["rule_ids"]) for row in held] == [
        (2, [f"item_unit.{rule}"]) for _, rule in IMPOSSIBLE.values()
    ]
    assert {(row["owner"], row["state"]) for row in held} == {("item_steward", "waiting")}
    assert held[0]["reason"] == "Not so: A unit holds more than zero of what it is counted in."
    assert (outcome.rows_promoted, outcome.rows_quarantined) == (len(IMPOSSIBLE) + len(POSSIBLE), len(IMPOSSIBLE))


def test_a_trade_item_number_with_a_wrong_digit_is_promoted_and_reported(wh, gate):
    numbers = ("4006381333931", "4006381333932", "12345", "73513537")
    wh.land("item_unit", [FIRST | {"gtin": number} for number in numbers], source_system="supply")

    gate()

    failed = wh.rows("select rule_id, severity, rows_failed from quality.result where rows_failed > 0 order by 1")
    assert [(row["rule_id"], row["severity"], row["rows_failed"]) for row in failed] == [
        ("item_unit.gtin_check_digit_fits", "warning", 1),
        ("item_unit.gtin_is_well_formed", "warning", 1),
    ]
    assert wh.one("select count(*) from quality.quarantine") == 0


def test_the_check_digit_is_the_one_of_the_standard(wh):
    random = Random(8)
    numbers = [str(random.randrange(10 ** (length - 1), 10**length)) for length in (8, 12, 13, 14) for _ in range(200)]
    _, check = trade_item_number()
    with connect(wh.dsn) as connection, connection.cursor(row_factory=scalar_row) as cursor:
        query = f"select gtin from unnest(%s::text[]) as given (gtin) where {check.predicate}"
        wrong = set(cursor.execute(query.replace("% 10", "%% 10"), [numbers]).fetchall())
    assert wrong == {number for number in numbers if not ean.is_valid(number)}
    assert len(wrong) < len(numbers)
