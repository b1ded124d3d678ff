"""Sources that say different packs of one item: what is a conflict, what is none, and when it goes."""

from fractions import Fraction
from typing import Any

from tests.scenarios.estate import ERP, SUPPLY, TIEOUT, Estate, line
from tests.scenarios.test_order_of_arrival import assert_equal, facts
from tests.scenarios.warehouse import MATCH, Warehouse, at

AS_OF = at("2026-03-31")
PACK = "4006381333931"


def copied(estate: Estate, number: str, own: list[dict[str, Any]], copy: list[dict[str, Any]], **item: Any) -> None:
    """An item with packs in the supply system and in the ERP."""
    estate.item(number)
    estate.add(ERP, "item", **{"item_number": f"E-{number}", "description": number, "base_unit": "EA",
                               "source_ref": number, **item})  # fmt: skip
    for system, name, rows in ((SUPPLY, number, own), (ERP, f"E-{number}", copy)):
        for row in rows:
            estate.add(system, "item_unit", item_number=name, **row)


def said(unit: str, factor: Any, **fields: Any) -> dict[str, Any]:
    """A statement on a pack."""
    size = Fraction(factor)
    denominator = {"factor_denominator": size.denominator} if size.denominator > 1 else {}
    return {"unit": unit, "factor": size.numerator, **denominator, **fields}


def conflicts(warehouse: Warehouse) -> dict[str, tuple[str, str]]:
    """By item: what the system of record says, and what another does."""
    return warehouse.values(
        "select replace(subject_id, 'supply:', ''), expected, actual from match.match_finding"
        " where code = 'UOM_CONFLICT'"
    )


def test_two_factors_of_one_pack_are_a_conflict_and_the_same_said_otherwise_is_none(models: Warehouse) -> None:
    estate = Estate()
    copied(estate, "other", [said("BX", 10)], [said("BX", 12)])
    copied(estate, "by a hair", [said("BX", "1/3")], [{"unit": "BX", "factor": "0.3333333333"}])
    copied(estate, "same pack, other unit", [said("BX", 10, gtin=PACK)], [said("PK", 12, gtin=f"0{PACK}")])
    copied(estate, "in boxes", [said("BX", 10), said("CS", 40)], [said("CS", 5, of_unit="BX")])
    copied(estate, "two packs", [said("BX", 10), said("CS", 40)], [said("BX", 12), said("CS", 48)])
    copied(estate, "counted in boxes", [said("BX", 10)], [said("EA", "1/12")], base_unit="BX")
    # near misses
    copied(estate, "same", [said("BX", 12)], [said("BX", "24/2")])
    copied(estate, "same in boxes", [said("BX", 10), said("CS", 40)], [said("CS", 4, of_unit="BX")])
    copied(estate, "same counted in boxes", [said("BX", 10)], [said("EA", "1/10")], base_unit="BX")
    copied(estate, "unknown to supply", [said("BX", 10)], [said("CS", 40)])
    copied(estate, "unknown to the ERP", [said("BX", 10), said("CS", 40)], [said("BX", 10)])
    copied(estate, "for one entity", [said("BX", 10)], [said("BX", 12, entity_id="H1")])
    copied(estate, "another pack", [said("BX", 10, gtin=PACK)], [said("PK", 12, gtin="73513537")])
    copied(estate, "wrong digit", [said("BX", 10, gtin="12345678")], [said("PK", 12, gtin="12345678")])
    copied(estate, "of nobody", [said("BX", 10)], [said("BX", 12)], source_ref="gone")
    copied(estate, "refused", [said("BX", 10, of_unit="CS"), said("CS", 4, of_unit="BX")], [said("BX", 12)])
    estate.land(models, at("2026-03-30"))
    models.build(AS_OF)
    assert conflicts(models) == {
        "other": ("1 BX = 10 EA", "1 BX = 12 EA in erp_main"),
        "by a hair": ("1 BX = 1/3 EA", "1 BX = 0.3333333333 EA in erp_main"),
        "same pack, other unit": ("1 BX = 10 EA", "1 PK = 12 EA in erp_main"),
        "in boxes": ("1 CS = 40 EA", "1 CS = 5 BX in erp_main"),
        "two packs": ("1 BX = 10 EA, 1 CS = 40 EA", "1 BX = 12 EA in erp_main, 1 CS = 48 EA in erp_main"),
        "counted in boxes": ("1 EA = 1 EA", "1 EA = 1/12 BX in erp_main"),
    }
    (finding,) = models.rows("select * from match.match_finding where subject_id = 'supply:other'")
    assert {key: finding[key] for key in ("subject_type", "entity_id", "blocking", "owner_role", "root_cause")} == {
        "subject_type": "item", "entity_id": "H1", "blocking": False, "owner_role": "item_steward",
        "root_cause": "unit set-up",
    }  # fmt: skip
    assert finding["explanation"] == "Item other: 1 BX = 10 EA in supply, but 1 BX = 12 EA in erp_main."


def test_a_conflict_goes_when_either_side_is_corrected_or_the_items_part(models: Warehouse) -> None:
    estate = Estate()
    for number in ("copy", "record", "link", "withdrawn", "item gone", "copy gone", "stays"):
        copied(estate, number, [said("BX", 10)], [said("BX", 12)])
    estate.land(models, at("2026-03-28"))
    models.build(at("2026-03-28"))
    assert len(conflicts(models)) == 7

    estate.add(ERP, "item_unit", item_number="E-copy", **said("BX", 10))
    estate.add(SUPPLY, "item_unit", item_number="record", **said("BX", 12))
    estate.add(ERP, "item", item_number="E-link", description="link", base_unit="EA", source_ref="I1")
    estate.add(ERP, "item_unit", item_number="E-withdrawn", unit="BX", factor=12, _deleted=True)
    estate.land(models, at("2026-03-29"))
    models.build(at("2026-03-29"))
    assert set(conflicts(models)) == {"item gone", "copy gone", "stays"}  # I1 has a box of 12 as well

    estate.add(SUPPLY, "item", item_number="item gone", _deleted=True)
    estate.add(ERP, "item", item_number="E-copy gone", _deleted=True)
    estate.land(models, at("2026-03-30"))
    models.build(AS_OF)
    assert set(conflicts(models)) == {"stays"}
    incremental = facts(models)
    models.build(AS_OF, full_refresh=True)
    assert_equal(incremental, facts(models))


def test_an_items_conflict_belongs_to_the_parent_of_those_who_share_the_item_master(models: Warehouse) -> None:
    estate = Estate()
    entity = {"entity_type": "hospital", "currency": "USD", "time_zone": "UTC", "fiscal_calendar": "calendar_year",
              "accruals": True, "payment_origin": "erp"}  # fmt: skip
    estate.add(TIEOUT, "entity", entity_id="GROUP", name="Group", **entity)
    for entity_id in ("H1", "H2"):
        estate.add(TIEOUT, "entity", entity_id=entity_id, name=entity_id, parent_entity_id="GROUP", **entity)
    estate._role("H2", "item", SUPPLY, "record")
    copied(estate, "other", [said("BX", 10)], [said("BX", 12)])
    estate.land(models, at("2026-03-30"))
    models.build(AS_OF)
    assert models.rows("select entity_id from match.match_finding") == [{"entity_id": "GROUP"}]


def test_an_open_conflict_is_valued_by_the_orders_and_invoices_in_its_pack(models: Warehouse) -> None:
    estate = Estate()
    copied(estate, "other", [said("BX", 10, gtin=PACK)], [said("PK", 12, gtin=PACK)])
    for number, fields in {
        "in boxes": {"unit": "BX"},
        "in the copy's packs": {"unit": "PK"},
        "in each": {"unit": "EA"},
        "of another item": {"unit": "BX", "item_number": "I1"},
        "closed": {"unit": "BX", "status": "closed", "closed_at": at("2026-03-10")},
    }.items():
        estate.order(number, line(5, "20.00", **{"item_number": "other", **fields}))
    estate.order("in euros", line(1, "7.00", item_number="other", unit="BX"), currency="EUR")
    billed = {"item_number": "other", "unit": "BX"}
    estate.invoice("two of five", "in boxes", 2, "21.00", "2026-03-05", line=billed)
    estate.invoice("paid", "closed", 2, "20.00", "2026-03-05", line=billed, status="paid")
    estate.invoice("cancelled", None, 2, "20.00", "2026-03-05", line=billed, status="cancelled")
    estate.land(models, at("2026-03-30"))
    models.build(AS_OF, select=[*MATCH, "+exc_hold", "--exclude", "path:tests/marts"])
    amounts = models.values("select currency, amount from mart.exc_unit_conflict")
    assert amounts == {"USD": 3 * 20 + 2 * 21 + 5 * 20, "EUR": 7}  # three boxes not invoiced, two billed, five packs
    assert models.rows("select amount_at_risk, currency from mart.exc_hold where code = 'UOM_CONFLICT'") == [
        {"amount_at_risk": amounts["USD"], "currency": "USD"}
    ]
