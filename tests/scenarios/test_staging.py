"""Staging keeps, of each record, the newest version that is known: ranked, tombstones and held-back rows left out."""

from datetime import timedelta
from typing import Any

from tests.scenarios.warehouse import Warehouse, at

VENDORS = ["+stg_vendors"]
START = at("2026-03-01")


def vendor(number: str, name: str, **fields: Any) -> dict[str, Any]:
    return {"vendor_number": number, "name": name, **fields}


def staged(warehouse: Warehouse) -> dict[str, str]:
    return warehouse.values("select vendor_number, name from staging.stg_vendors order by 1")


def test_the_newest_version_wins_whatever_the_order_in_which_versions_arrive(models: Warehouse) -> None:
    models.land(
        "vendor",
        [
            vendor("A", "second", _updated_at=START + timedelta(hours=2)),
            vendor("B", "has a time", _updated_at=START),
            vendor("C", "to be deleted", _updated_at=START),
            vendor("D", "first of one time", _updated_at=START),
            vendor("D", "last of one time", _updated_at=START),
        ],
        system="erp_main",
        known_at=START + timedelta(days=1),
    )
    models.build(START + timedelta(days=1), select=VENDORS)
    assert staged(models) == {
        "A": "second", "B": "has a time", "C": "to be deleted", "D": "last of one time",
    }  # fmt: skip

    models.land(
        "vendor",
        [
            vendor("A", "first, late", _updated_at=START + timedelta(hours=1)),
            vendor("B", "has none", _updated_at=None),
            vendor("C", "gone", _updated_at=START + timedelta(hours=1), _deleted=True),
        ],
        system="erp_main",
        known_at=START + timedelta(days=2),
    )
    models.build(START + timedelta(days=2), select=VENDORS)
    expected = {"A": "second", "B": "has a time", "D": "last of one time"}
    assert staged(models) == expected
    models.build(START + timedelta(days=2), select=VENDORS, full_refresh=True)
    assert staged(models) == expected


def test_a_row_that_was_held_back_is_known_from_its_release_and_what_does_not_cast_is_null(models: Warehouse) -> None:
    held, released = START + timedelta(days=1), START + timedelta(days=2)
    rows = [vendor("A", "fine"), vendor("B", "held", inactive_from="soon"), vendor("C", "rejected")]
    models.land("vendor", rows, system="erp_main", known_at=held)
    models.connection.execute(
        "insert into quality.quarantine (object, batch_id, row_number, source_system, record_key, rule_ids, reason,"
        " owner, quarantined_at) select 'vendor', 'batch-000001', n, 'erp_main', k, '{rule}', 'why', 'steward', %s"
        " from (values (2, 'B'), (3, 'C')) as v (n, k)",
        (held,),
    )
    models.build(held, select=VENDORS)
    assert staged(models) == {"A": "fine"}

    models.connection.execute(
        "update quality.quarantine set state = case row_number when 2 then 'released' else 'rejected' end,"
        " decided_known_at = %s",
        (released,),
    )
    models.build(released, select=VENDORS)
    assert staged(models) == {"A": "fine", "B": "held"}
    assert models.values("select vendor_number, inactive_from from staging.stg_vendors") == {"A": None, "B": None}


def test_a_table_that_is_missing_after_the_first_run_is_not_filled_with_what_is_touched_only(models: Warehouse) -> None:
    models.land("vendor", [vendor("A", "fine")], system="erp_main", known_at=START)
    models.build(START, select=VENDORS)
    models.connection.execute("drop table staging.stg_vendors")
    try:
        models.build(START + timedelta(days=1), select=VENDORS)
    except AssertionError as error:
        assert "--full-refresh" in str(error)
    else:
        raise AssertionError("a partial table was made")
    models.build(START + timedelta(days=1), select=VENDORS, full_refresh=True)
    assert staged(models) == {"A": "fine"}
