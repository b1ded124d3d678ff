"""The generator: the same days for the same seed, each inside its own day, with all that was promised."""

from collections import Counter
from datetime import UTC

from sandbox.scenario import DayPlay, World
from sandbox.scenario.model import date_of, day_of
from sandbox.wire import COLLECTIONS
from sandbox.wire.erp_main import TABLES


def test_two_worlds_of_one_seed_are_equal_in_whatever_order_days_are_asked_for() -> None:
    first, second = World(5, 0.2), World(5, 0.2)
    backwards = [second.day(number) for number in range(8, 0, -1)]
    assert [first.day(number) for number in range(1, 9)] == backwards[::-1]


def test_another_seed_gives_other_days() -> None:
    assert World(5, 0.2).day(3).writes != World(6, 0.2).day(3).writes


def test_a_world_can_have_two_entities_only() -> None:
    world = World(5, 0.3, entities=("H1", "H3"))
    units = {
        write.doc["businessUnit"]
        for number in range(1, 12)
        for write in world.day(number).writes
        if write.table == "invoices"
    }
    assert units == {"BU-NORTH", "BU-WEST"}


def test_what_happens_on_a_day_has_an_instant_of_that_day(plays: list[DayPlay]) -> None:
    for play in plays:
        instants = [change.at for change in (*play.writes, *play.files)]
        assert {at.astimezone(UTC).date() for at in instants} == {date_of(play.day)}


def test_writes_fit_the_tables_and_collections_that_are_published(plays: list[DayPlay]) -> None:
    columns = {table.name: (set(table.columns), table.key) for table in TABLES}
    for write in (write for play in plays for write in play.writes):
        if write.system == "erp_main":
            known, key = columns[write.table]
            assert write.doc.keys() <= known
            assert write.key == tuple(str(write.doc[column]) for column in key)
        else:
            assert write.table in COLLECTIONS[write.system]


def test_a_day_has_the_volume_that_was_asked_for() -> None:
    world = World(7, 1.0)
    play = [world.day(number) for number in range(1, 9)][-1]
    tables = Counter(write.table for write in play.writes)
    assert 55 <= tables["requisitions"] <= 75


def test_every_table_and_collection_of_the_sources_is_fed(plays: list[DayPlay]) -> None:
    written = {(write.system, write.table) for play in plays for write in play.writes}
    promised = {("erp_main", table.name) for table in TABLES}
    promised |= {(system, name) for system, names in COLLECTIONS.items() for name in names}
    # These come of what AP's clerks do, and of what the supply system is told.
    assert promised - written == {("ap", "hold-events"), ("supply_api", "receipt-discrepancies")}


def test_records_of_a_purchase_order_carry_the_same_number_everywhere(plays: list[DayPlay]) -> None:
    writes = [write for play in plays for write in play.writes]
    erp = {write.key[0] for write in writes if write.table == "po_headers_all"}
    erp |= {write.key[0] for write in writes if (write.system, write.table) == ("erp_west", "purchase-orders")}
    copies = {
        write.key[0] for write in writes if write.system in ("ap", "supply_api") and write.table == "purchase-orders"
    }
    assert copies <= erp
    assert len(erp - copies) <= 6


def test_clerks_release_holds_after_the_history_and_in_the_words_of_ap(plays: list[DayPlay]) -> None:
    actions = [action for play in plays for action in play.clerk_actions]
    assert actions
    assert all(action.day > 30 and action.code == action.code.lower() and "_" not in action.code for action in actions)
    invoices = {write.key[0]: write.at for play in plays for write in play.writes if write.table == "invoices"}
    assert all(action.invoice_ref in invoices for action in actions)


def test_released_holds_are_labelled(plays: list[DayPlay]) -> None:
    labels = {(label.code, label.subject) for play in plays for label in play.labels}
    for action in (action for play in plays for action in play.clerk_actions):
        subject = f"ap:{action.invoice_ref}" + (f":{action.line}" if action.line else "")
        assert (action.code.upper().replace("-", "_"), subject) in labels


def test_dates_and_days_are_inverse() -> None:
    assert [day_of(date_of(number)) for number in (1, 31, 32)] == [1, 31, 32]
    assert date_of(1).isoformat() == "2026-03-01"


def test_every_vendor_number_has_a_label_and_some_suppliers_several_numbers_in_one_erp(plays: list[DayPlay]) -> None:
    number_of = {
        ("erp_main", "ap_suppliers"): "segment1",
        ("erp_west", "business-partners"): "LIFNR",
        ("ap", "suppliers"): "supplierId",
        ("supply_api", "vendors"): "vendorNo",
    }
    written = {
        f"{write.system.removesuffix('_api')}:{write.doc[number_of[write.system, write.table]]}"
        for write in plays[0].writes
        if (write.system, write.table) in number_of
    }
    labels = {label.subject: label.case for label in plays[0].labels if label.kind == "vendor"}
    assert labels.keys() == written
    in_main = Counter(case for subject, case in labels.items() if subject.startswith("erp_main:"))
    assert sum(1 for count in in_main.values() if count > 1) >= 5
