"""Our own configuration is a source."""

from datetime import UTC, datetime, timedelta

import psycopg
import pytest

from tieout.archive.store import Archive
from tieout.configuration import validate
from tieout.errors import ConfigurationError
from tieout.landing.configuration import land_configuration

HEADER = "route_id,code,owner_role,owner\n"
PRICE = "price,PRICE_OVER,buyer,desk\n"
ROUTING = HEADER + "all,,buyer,{owner}\n"


@pytest.fixture
def land(warehouse, tmp_path, keys, make_configuration):
    """Write the routing file and land the configuration, on a day by its number."""
    make_configuration()
    (tmp_path / "config" / "policies").mkdir()

    def run(routing: str, day: int) -> dict[str, int]:
        (tmp_path / "config" / "policies" / "routing.csv").write_text(routing)
        return land_configuration(
            warehouse,
            config=tmp_path / "config",
            archive_root=tmp_path / "archive",
            keys=keys,
            now=datetime(2026, 4, 1, tzinfo=UTC) + timedelta(days=day),
            dag_run_id=f"run-{day}",
        )

    return run


def test_only_what_changed_is_landed_again(land, rows):
    assert land(ROUTING.format(owner="anna"), 0) == {"entity": 1, "system_of_record": 0, "routing": 1}
    assert land(ROUTING.format(owner="anna"), 1) == {"entity": 0, "system_of_record": 0, "routing": 0}
    assert land(ROUTING.format(owner="bert"), 2)["routing"] == 1
    assert land(ROUTING.format(owner="anna"), 3)["routing"] == 1
    assert rows("select owner, _source_updated_at::date::text from raw.routing order by 2") == [
        ("anna", "2026-04-01"),
        ("bert", "2026-04-03"),
        ("anna", "2026-04-04"),
    ]
    assert rows("select object, origin, rows_landed from ops.batch where object = 'entity'") == [
        ("entity", "configuration", 1)
    ]


def test_a_row_that_vanished_gets_a_tombstone_once(land, rows):
    land(HEADER + PRICE + "all,,buyer,anna\n", 0)
    assert land(ROUTING.format(owner="anna"), 1)["routing"] == 1
    assert land(ROUTING.format(owner="anna"), 2)["routing"] == 0
    assert rows("select _record_key, _deleted, owner_role from raw.routing where _deleted") == [
        ("price", True, "buyer")
    ]


def test_a_row_that_comes_back_is_alive_again(land, rows):
    both = HEADER + PRICE + "all,,buyer,anna\n"
    land(both, 0)
    land(ROUTING.format(owner="anna"), 1)
    assert land(both, 2)["routing"] == 1
    assert rows("select _deleted from raw.routing where _record_key = 'price' order by _source_updated_at") == [
        (False,),
        (True,),
        (False,),
    ]


@pytest.mark.parametrize("rows", ["", PRICE, "all,,buyer,anna\n" + PRICE])
def test_routing_whose_last_row_does_not_catch_all_is_refused_by_file_and_row(land, rows):
    with pytest.raises(ConfigurationError, match=rf"routing.csv:{rows.count(chr(10)) + 1}: route_id: .*catch all"):
        land(HEADER + rows, 0)


def test_the_landed_text_is_in_the_archive(land, rows, tmp_path, keys):
    land(ROUTING.format(owner="anna"), 0)
    ((sha256,),) = rows("select distinct _payload_sha256 from raw.routing")
    archived = b"".join(Archive(tmp_path / "archive", keys).read(sha256))
    assert archived.decode() == ROUTING.format(owner="anna")


@pytest.fixture
def masters(warehouse):
    """The warehouse knows one vendor and one category."""
    with psycopg.connect(warehouse, autocommit=True) as connection:
        connection.execute("create schema if not exists canonical")
        connection.execute(
            "create table canonical.int_vendor_crosswalk as select 'erp:1' vendor_id, 'erp:0' vendor_key"
        )
        connection.execute("create table canonical.int_items as select 'PHARMA' as category")
        yield
        connection.execute("drop table canonical.int_vendor_crosswalk, canonical.int_items")


RULES = "rule_id,vendor_key,item_category,match_type\n{rows}\n"


def test_a_scope_that_the_warehouse_does_not_know_is_refused_by_line(land, tmp_path, masters):
    rules = tmp_path / "config" / "policies" / "match_type_rule.csv"
    rules.write_text(RULES.format(rows="a,erp:1,,two_way\nb,erp:0,PHARMA,two_way\nc,erp:2,,two_way\nd,,PHARMACY,none"))
    with pytest.raises(ConfigurationError) as refused:
        land(ROUTING.format(owner="anna"), 0)
    assert f"{rules}:4: vendor_key: 'erp:2' is no vendor" in str(refused.value)
    assert f"{rules}:5: item_category: 'PHARMACY' is no item category" in str(refused.value)
    assert str(refused.value).count("match_type_rule.csv") == 2


def test_policies_land_before_masters_do_and_what_was_taken_once_stays_good(land, tmp_path, warehouse, rows):
    rules = tmp_path / "config" / "policies" / "match_type_rule.csv"
    rules.write_text(RULES.format(rows="a,erp:7,LAB,two_way"))
    assert land(ROUTING.format(owner="anna"), 0)["match_type_rule"] == 1
    with psycopg.connect(warehouse, autocommit=True) as connection:
        connection.execute("create schema if not exists canonical")
        connection.execute(
            "create table canonical.int_vendor_crosswalk as select 'erp:1' vendor_id, 'erp:0' vendor_key"
        )
        assert land(ROUTING.format(owner="bert"), 1)["routing"] == 1
        connection.execute("drop table canonical.int_vendor_crosswalk")


def test_an_entity_that_has_documents_is_not_removed_and_its_open_invoices_are_named(
    land, rows, warehouse, tmp_path, make_configuration, capsys
):
    entities = tmp_path / "config" / "entities"
    second = (entities / "H1.yml").read_text().replace("H1", "H2").replace("codes: {}", "valid_to: 2026-06-30")
    (entities / "H2.yml").write_text(second)
    land(ROUTING.format(owner="anna"), 0)
    with psycopg.connect(warehouse) as connection:
        connection.execute(
            "insert into raw.invoice (_source_system, _record_key, _batch_id, _payload_sha256, _row_number,"
            " _row_sha256, _profile_version, _ingested_at, _trace_id, invoice_ref, entity_id, invoice_number)"
            " select 'ap', 'I' || n, 'b', 'x', n, 'x' || n, 1, now(), 't', 'I' || n, 'H2', 'INV-' || n"
            " from generate_series(1, 12) as n"
        )

    (entities / "H2.yml").unlink()
    with pytest.raises(
        ConfigurationError, match=r"H2.yml:1: entity_id: entity 'H2' is gone.* 12 open invoices"
    ) as said:
        land(ROUTING.format(owner="bert"), 1)
    assert validate.main([str(tmp_path / "config"), "--dsn", warehouse]) == 1
    assert "entity 'H2' is gone" in capsys.readouterr().err
    assert "INV-1, INV-10" in str(said.value)
    assert "and 2 more" in str(said.value)
    assert rows("select entity_id, valid_to, _deleted from raw.entity order by 1") == [
        ("H1", None, False),
        ("H2", "2026-06-30", False),
    ]

    (entities / "H2.yml").write_text(second)
    assert land(ROUTING.format(owner="bert"), 2)["routing"] == 1


def test_an_entity_without_documents_may_go(land, rows, tmp_path):
    entities = tmp_path / "config" / "entities"
    (entities / "H2.yml").write_text((entities / "H1.yml").read_text().replace("H1", "H2"))
    land(ROUTING.format(owner="anna"), 0)
    (entities / "H2.yml").unlink()
    assert land(ROUTING.format(owner="anna"), 1)["entity"] == 1
    assert rows("select entity_id from raw.entity where _deleted") == [("H2",)]
