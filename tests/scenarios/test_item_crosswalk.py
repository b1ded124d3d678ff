"""Numbers of items in several systems: what links them, what a person has to look at, and what a change rematches."""

from typing import Any

from tests.scenarios.estate import ERP, SUPPLY, Estate, line
from tests.scenarios.test_order_of_arrival import assert_equal, facts
from tests.scenarios.warehouse import Warehouse, at

AS_OF = at("2026-03-31")
CROSSWALK = ["+int_item_reviews"]
RIGHT, PACK, WRONG = "4006381333931", "73513537", "4006381333932"


def item(estate: Estate, system: str, number: str, **fields: Any) -> None:
    """An item of any system."""
    record = {"description": f"{system} {number}", "base_unit": "EA"}
    estate.add(system, "item", item_number=number, **{**record, **fields})


def links(warehouse: Warehouse) -> dict[str, tuple[str, str, str]]:
    """Of each number of the ERP: the item, and how and how surely it was found."""
    return warehouse.values(
        "select item_number, replace(item_key, 'supply:', ''), method, state from canonical.int_item_crosswalk"
        " where source_system = 'erp_main'"
    )


def reviews(warehouse: Warehouse) -> dict[str, str]:
    """Pairs that await a person, with the kind."""
    return warehouse.values("select review_id, kind from canonical.int_item_reviews")


def test_each_kind_of_evidence_links_a_number_to_its_item(models: Warehouse) -> None:
    estate = Estate()
    item(estate, SUPPLY, "A1", manufacturer="Maker & Co.", manufacturer_part="mp-1", description="Glove, small")
    item(estate, SUPPLY, "A2", gtin=RIGHT)
    item(estate, SUPPLY, "A3")
    estate.add(SUPPLY, "item_unit", item_number="A3", unit="BX", factor=10, gtin=PACK)
    item(estate, SUPPLY, "A4", vendor_number="SV-1", vendor_part="K 77")
    estate.add(SUPPLY, "vendor", vendor_number="SV-1", name="V1", source_ref="V1", source_ref_system=ERP)
    item(estate, SUPPLY, "A5", gtin=WRONG)
    item(estate, SUPPLY, "A6")
    item(estate, ERP, "E-ref", source_ref="A6")
    item(estate, ERP, "E-part", manufacturer="MAKER & CO", manufacturer_part="MP1")
    item(estate, ERP, "E-gtin", gtin=f"0{RIGHT}")
    item(estate, ERP, "E-pack", gtin=PACK)
    item(estate, ERP, "E-vendor", vendor_number="V1", vendor_part="K77")
    item(estate, ERP, "E-other vendor", vendor_number="V2", vendor_part="K77")
    item(estate, ERP, "E-wrong digit", gtin=WRONG)
    item(estate, ERP, "A6")
    item(estate, ERP, "E-words", description="GLOVE SMALL")
    estate.land(models, at("2026-03-30"))
    models.build(AS_OF, select=CROSSWALK)
    assert links(models) == {
        "E-ref": ("A6", "source_ref", "certain"),
        "E-part": ("A1", "manufacturer_part", "certain"),
        "E-gtin": ("A2", "gtin", "certain"),
        "E-pack": ("A3", "gtin", "certain"),
        "E-vendor": ("A4", "vendor_part", "certain"),
        "E-other vendor": ("erp_main:E-other vendor", "unresolved", "unresolved"),
        "E-wrong digit": ("erp_main:E-wrong digit", "unresolved", "unresolved"),
        "A6": ("A6", "equal_number", "probable"),
        "E-words": ("erp_main:E-words", "unresolved", "review"),
    }
    assert reviews(models) == {"erp_main:E-words supply:A1": "link"}


def test_evidence_that_contradicts_itself_links_nothing_unless_the_source_itself_refers(models: Warehouse) -> None:
    estate = Estate()
    item(estate, SUPPLY, "A1", manufacturer="Maker", manufacturer_part="1")
    item(estate, SUPPLY, "A2", gtin=RIGHT)
    item(estate, SUPPLY, "A3", gtin=PACK)
    item(estate, SUPPLY, "A4", gtin=PACK)
    item(estate, ERP, "E1", manufacturer="Maker", manufacturer_part="1", gtin=RIGHT)
    item(estate, ERP, "E2", manufacturer="Maker", manufacturer_part="1", source_ref="A2")
    item(estate, ERP, "E3", gtin=PACK)
    estate.land(models, at("2026-03-30"))
    models.build(AS_OF, select=CROSSWALK)
    assert links(models) == {
        "E1": ("erp_main:E1", "unresolved", "review"),
        "E2": ("A2", "source_ref", "review"),
        "E3": ("erp_main:E3", "unresolved", "review"),
    }
    assert reviews(models) == {
        "erp_main:E1 supply:A1": "link",
        "erp_main:E1 supply:A2": "link",
        "erp_main:E2 supply:A1": "contradiction",
        "erp_main:E2 supply:A2": "linked",
        "erp_main:E3 supply:A3": "link",
        "erp_main:E3 supply:A4": "link",
        "supply:A3 supply:A4": "same_article",
    }


def test_documents_are_matched_again_when_another_items_number_changes_what_theirs_stands_for(
    models: Warehouse,
) -> None:
    estate = Estate()
    item(estate, SUPPLY, "A1", gtin=RIGHT)
    item(estate, ERP, "E1", gtin=RIGHT)
    estate.order("PO", line(10, "1.00", item_number="E1"))
    estate.receipt("r", "PO", 10, "2026-03-04", item_number="A1")
    estate.invoice("INV", "PO", 10, "1.00", "2026-03-05", line={"item_number": "A1"})
    estate.land(models, at("2026-03-27"))
    models.build(at("2026-03-27"))
    verdicts = "select verdict from match.match_invoice"
    assert models.rows(verdicts) == [{"verdict": "matched"}]

    item(estate, SUPPLY, "A9", gtin=RIGHT)  # two items claim the article: the ERP's number stands for neither
    estate.land(models, at("2026-03-28"))
    models.build(at("2026-03-28"))
    assert links(models)["E1"] == ("erp_main:E1", "unresolved", "review")
    assert models.rows("select code from match.match_finding where code = 'ITEM_MISMATCH'") != []

    item(estate, SUPPLY, "A9")
    estate.land(models, at("2026-03-29"))
    models.build(at("2026-03-29"))
    assert links(models)["E1"] == ("A1", "gtin", "certain")
    assert models.rows(verdicts) == [{"verdict": "matched"}]
    incremental = facts(models)
    models.build(AS_OF, full_refresh=True)
    assert_equal(incremental, facts(models))
