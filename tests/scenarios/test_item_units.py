"""Packs of packs: multiplied out exactly, refused with the statements that contradict, and whose packs count."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given, settings

from launcher.postgres import EmbeddedPostgres
from tests.properties.packs import Said, graphs, packs_of
from tests.scenarios.estate import SUPPLY, Estate, line
from tests.scenarios.test_order_of_arrival import assert_equal, facts
from tests.scenarios.warehouse import Dbt, Warehouse, at, fresh_warehouse

AS_OF = at("2026-03-31")
UNITS = ["+int_item_units"]
LINES = ["+int_purchase_order_lines", "+int_receipt_lines", "+int_invoice_lines"]

# Worked examples of docs/reference/items.md: what is said of an item counted in EA, and its packs or why not.
EXAMPLES: dict[str, tuple[list[dict[str, Any]], dict[str, str]]] = {
    "box of 10, case of 4, pallet of 48": (
        [{"unit": "PF", "factor": 48, "of_unit": "CS"}, {"unit": "CS", "factor": 4, "of_unit": "BX"},
         {"unit": "BX", "factor": 10}],
        {"BX": "10", "CS": "40", "PF": "1920"},
    ),
    "the base unit is said as a part": (
        [{"unit": "EA", "factor": 1, "factor_denominator": 12, "of_unit": "BX"},
         {"unit": "CS", "factor": 1, "factor_denominator": 3, "of_unit": "BX"}],
        {"BX": "12", "CS": "4"},
    ),
    "a third of an each": ([{"unit": "PR", "factor": 2, "factor_denominator": 6}], {"PR": "1/3"}),
    "two ways that agree": (
        [{"unit": "CS", "factor": 4, "of_unit": "BX"}, {"unit": "BX", "factor": 10}, {"unit": "CS", "factor": 40}],
        {"BX": "10", "CS": "40"},
    ),
    "two ways that do not": (
        [{"unit": "CS", "factor": 4, "of_unit": "BX"}, {"unit": "BX", "factor": 10}, {"unit": "CS", "factor": 50}],
        {"BX": "In EA, 1 BX is 10 (1 BX = 10 EA) and 25/2 (1 CS = 4 BX, 1 CS = 50 EA).",
         "CS": "In EA, 1 CS is 40 (1 CS = 4 BX, 1 BX = 10 EA) and 50 (1 CS = 50 EA)."},
    ),
    "what lies beyond a contradiction is refused, what lies before is not": (
        [{"unit": "BX", "factor": 10}, {"unit": "CS", "factor": 4, "of_unit": "BX"},
         {"unit": "BX", "factor": 1, "factor_denominator": 5, "of_unit": "CS"},
         {"unit": "PF", "factor": 2, "of_unit": "CS"}],
        {"BX": "10",
         "CS": "In EA, 1 CS is 40 (1 CS = 4 BX, 1 BX = 10 EA) and 50 (1 BX = 1/5 CS, 1 BX = 10 EA).",
         "PF": "In EA, 1 PF is 100 (1 PF = 2 CS, 1 BX = 1/5 CS, 1 BX = 10 EA)"
               " and 80 (1 PF = 2 CS, 1 CS = 4 BX, 1 BX = 10 EA)."},
    ),
    "a circular pack": (
        [{"unit": "BX", "factor": 10, "of_unit": "CS"}, {"unit": "CS", "factor": 4, "of_unit": "BX"},
         {"unit": "PK", "factor": 6}],
        {"BX": "Goes in a circle and never comes to EA: 1 BX = 10 CS, 1 CS = 4 BX.",
         "CS": "Goes in a circle and never comes to EA: 1 CS = 4 BX, 1 BX = 10 CS.",
         "PK": "6"},
    ),
    "a pack of something unknown": (
        [{"unit": "CS", "factor": 4, "of_unit": "BX"}],
        {"CS": "Never comes to EA: 1 CS = 4 BX.", "BX": "Never comes to EA, nothing is said of it."},
    ),
    "released although it holds nothing": (
        [{"unit": "BX", "factor": 0}, {"unit": "CS", "factor": -4}, {"unit": "PK", "factor": 5}],
        {"BX": "No pack can hold what is said: 1 BX = 0 EA.", "CS": "No pack can hold what is said: 1 CS = -4 EA.",
         "PK": "5"},
    ),
    "more than any pack holds": (
        [{"unit": "BX", "factor": 999999}, {"unit": "CS", "factor": 999999, "of_unit": "BX"}],
        {"BX": "999999", "CS": "No pack is so large or so small: 1 CS is 999998000001"
                               " (1 CS = 999999 BX, 1 BX = 999999 EA) EA."},
    ),
    "a broken feed": (
        [{"unit": f"U{a}", "factor": 1, "of_unit": f"U{b}"} for a in range(6) for b in range(6) if a != b],
        {f"U{a}": "More is said of this item's packs than can be followed." for a in range(6)},
    ),
    "sixteen packs in each other": (
        [{"unit": f"U{n:02}", "factor": 2, "of_unit": f"U{n - 1:02}" if n else None} for n in range(16)],
        {f"U{n:02}": str(2 ** (n + 1)) for n in range(16)},
    ),
    "an each of five eaches": ([{"unit": "EA", "factor": 5}], {"EA": "A unit is one of itself: 1 EA = 5 EA."}),
}  # fmt: skip


def said(estate: Estate, item: str, **fields: Any) -> None:
    """A statement on a pack."""
    estate.add(SUPPLY, "item_unit", item_number=item, **fields)


def packs(warehouse: Warehouse, item: str) -> dict[str, str]:
    """Factors of an item's packs for everybody, or why there is none."""
    return warehouse.values(
        "select u.unit, coalesce(p.explanation, trim_scale(u.numerator)"
        " || case when u.denominator = 1 then '' else '/' || trim_scale(u.denominator) end)"
        " from canonical.int_item_units as u"
        " left join canonical.int_item_packs as p using (item_key, unit)"
        " where u.item_key = %s and (u.unit <> 'EA' or p.refusal is not null)",
        f"supply:{item}",
    )


@pytest.fixture(scope="module")
def built(postgres: EmbeddedPostgres, models_template: str, dbt: Dbt) -> Iterator[Warehouse]:
    """A warehouse with an item for each example."""
    with fresh_warehouse(postgres, models_template, dbt) as warehouse:
        estate = Estate()
        for number, (statements, _) in enumerate(EXAMPLES.values()):
            estate.item(f"E{number}")
            for statement in statements:
                said(estate, f"E{number}", **statement)
        estate.land(warehouse, at("2026-03-30"))
        warehouse.build(AS_OF, select=[*UNITS, "+dim_item_unit", "--exclude", "path:tests/marts"])
        yield warehouse


@pytest.mark.parametrize(("number", "name"), enumerate(EXAMPLES))
def test_packs_of_packs_are_multiplied_out_or_refused_with_their_path(built: Warehouse, number: int, name: str) -> None:
    assert packs(built, f"E{number}") == EXAMPLES[name][1]


def test_an_item_with_plain_packs_costs_no_walk(built: Warehouse) -> None:
    assert built.rows("select * from canonical.int_item_packs where item_key = 'supply:I1'") == []
    assert packs(built, "I1") == {"BX": "12"}


def test_the_dimension_has_only_units_that_convert(built: Warehouse) -> None:
    units = built.values("select unit, factor from mart.dim_item_unit where item_key = 'supply:E6'")
    assert units == {"EA": 1, "PK": 6}


@dataclass
class Walk:
    """The statement that computes packs, run on statements that a test makes up."""

    warehouse: Warehouse
    query: str = field(repr=False)

    def packs(self, graph: list[Said]) -> dict[tuple[str, str, str], Fraction | str]:
        """By entity, vendor and unit: base units in one, or why there is none."""
        execute = self.warehouse.connection.execute
        with self.warehouse.connection.transaction(force_rollback=True):
            execute("delete from staging.stg_item_units")
            for number, row in enumerate(graph):
                scope = [row.of_unit, row.entity or None, row.vendor or None]
                execute(
                    "insert into staging.stg_item_units (_source_system, _record_key, _batch_id, _trace_id, _known_at,"
                    " _first_known_at, item_number, unit, factor, factor_denominator, of_unit, entity_id,"
                    " vendor_number) values ('supply', %s, 'b', 't', now(), now(), 'I1', %s, %s, %s, %s, %s, %s)",
                    [str(number), row.unit, row.factor, row.denominator, *scope],
                )
            return {
                (row["entity_id"], row["vendor_key"].removeprefix("supply:"), row["unit"]): row["refusal"]
                or Fraction(int(row["numerator"]), int(row["denominator"]))
                for row in self.warehouse.rows(self.query)
            }


@pytest.fixture(scope="module")
def walk(built: Warehouse, dbt: Dbt) -> Walk:
    """The model of packs as it was compiled."""
    (path,) = dbt.target.glob("compiled/**/int_item_packs.sql")
    return Walk(built, path.read_text())


@settings(max_examples=200, deadline=None)
@given(graph=graphs())
def test_packs_are_what_exact_fractions_give(walk: Walk, graph: list[Said]) -> None:
    assert walk.packs(graph) == packs_of(graph)


def test_an_entitys_or_vendors_packs_override_the_items(models: Warehouse) -> None:
    estate = Estate()
    estate.add(SUPPLY, "vendor", vendor_number="SV-1", name="V1", source_ref="V1", source_ref_system="erp_main")
    estate.item("P1", units={"BX": 10})
    said(estate, "P1", unit="CS", factor=4, of_unit="BX")
    said(estate, "P1", unit="BX", factor=12, vendor_number="SV-1")
    estate.item("P2", units={"BX": 10})
    said(estate, "P2", unit="BX", factor=20, entity_id="H1")
    said(estate, "P2", unit="BX", factor=30, entity_id="H1", vendor_number="SV-1")
    estate.item("P3", units={"BX": 10})
    said(estate, "P3", unit="PK", factor=5, vendor_number="SV-1")
    estate.item("P4", units={"BX": 10})
    said(estate, "P4", unit="BX", factor=7, entity_id="H2")
    # the vendor's box said the other way round
    estate.item("P5", units={"BX": 12, "CS": 48})
    said(estate, "P5", unit="EA", factor=1, factor_denominator=10, of_unit="BX", vendor_number="SV-1")
    for order, vendor in (("A", "V1"), ("B", "V2")):
        lines = [("P1", "CS"), ("P2", "BX"), ("P3", "PK"), ("P4", "BX"), ("P5", "CS"), ("P5", "BX")]
        estate.order(order, *(line(1, "60.00", item_number=item, unit=unit) for item, unit in lines), vendor=vendor)
        estate.receipt(f"r-{order}", order, 1, "2026-03-04", item_number="P1", unit="BX")
        estate.invoice(order, order, 1, "15.00", "2026-03-05", line={"item_number": "P1", "unit": "BX"})
    estate.land(models, at("2026-03-30"))
    models.build(AS_OF, select=LINES, data_tests=False)
    ordered = models.values("select po_line_id, ordered_qty from canonical.int_purchase_order_lines order by 1")
    assert {key.removeprefix("erp_main:"): int(qty) for key, qty in ordered.items()} == {
        "A:1": 48, "A:2": 30, "A:3": 5, "A:4": 10, "A:5": 48, "A:6": 10,
        "B:1": 40, "B:2": 20, "B:3": 1, "B:4": 10, "B:5": 48, "B:6": 12,
    }  # fmt: skip
    assert models.values("select purchase_order_id, qty from canonical.int_receipt_lines") == {
        "erp_main:A": 12, "erp_main:B": 10,
    }  # fmt: skip
    assert models.values("select purchase_order_id, qty from canonical.int_invoice_lines") == {
        "erp_main:A": 12, "erp_main:B": 10,
    }  # fmt: skip
    by_unit = "select converts_by_item from canonical.int_purchase_order_lines where po_line_id = 'erp_main:B:3'"
    assert models.rows(by_unit) == [{"converts_by_item": False}]


def test_thirds_are_rounded_when_a_quantity_is_converted_and_not_before(models: Warehouse) -> None:
    estate = Estate()
    estate.item("T1")
    said(estate, "T1", unit="PR", factor=1, factor_denominator=3)
    estate.order("T", line("3000000", "1.00", item_number="T1", unit="PR"))
    estate.land(models, at("2026-03-30"))
    models.build(AS_OF, select=LINES, data_tests=False)
    (row,) = models.rows("select ordered_qty, unit_price from canonical.int_purchase_order_lines")
    assert row == {"ordered_qty": Decimal(1000000), "unit_price": Decimal(3)}


def test_a_pack_that_changes_below_another_rematches_its_documents(models: Warehouse) -> None:
    estate = Estate()
    estate.item("P1", units={"BX": 10})
    said(estate, "P1", unit="CS", factor=4, of_unit="BX")
    estate.order("A", line(40, "1.00", item_number="P1"))
    estate.receipt("r-A", "A", 1, "2026-03-04", item_number="P1", unit="CS")
    estate.invoice("A", "A", 1, "40.00", "2026-03-05", line={"item_number": "P1", "unit": "CS"})
    estate.land(models, at("2026-03-28"))
    models.build(at("2026-03-28"))
    received = "select qty from canonical.int_receipt_lines"
    assert models.rows(received) == [{"qty": 40}]

    said(estate, "P1", unit="BX", factor=12)
    estate.land(models, at("2026-03-29"))
    models.build(at("2026-03-29"))
    assert models.rows(received) == [{"qty": 48}]

    said(estate, "P1", unit="CS", factor=40)  # contradicts
    estate.land(models, at("2026-03-30"))
    models.build(AS_OF)
    assert models.rows(received) == [{"qty": None}]
    assert "UOM_UNCONVERTIBLE" in models.values("select code, invoice_id from match.match_finding")
    incremental = facts(models)
    models.build(AS_OF, full_refresh=True)
    assert_equal(incremental, facts(models))
