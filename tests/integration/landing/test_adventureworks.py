"""A newly acquired company whose only interface is a nightly folder, by configuration alone."""

from decimal import Decimal

import pytest

from tieout import settings
from tieout.landing.configuration_files import Configuration, load_configuration
from tieout.landing.extract import extract_source
from tieout.sources.endpoint import Endpoint

FOLDER = settings.CHECKOUT / "sandbox" / "adventureworks"


@pytest.fixture
def configuration(tmp_path) -> Configuration:
    """What this company took: a profile and an entity."""
    for part in ("objects", "sources/adventureworks.yml"):
        link = tmp_path / "config" / part
        link.parent.mkdir(parents=True, exist_ok=True)
        link.symlink_to(settings.config_dir() / part)
    entity = (settings.config_dir() / "entities/AWC.yml").read_text().replace("parent_entity_id: GROUP\n", "")
    (tmp_path / "config/entities").mkdir()
    (tmp_path / "config/entities/AWC.yml").write_text(entity)
    return load_configuration(tmp_path / "config")


def test_its_order_lines_and_receipts_tie_out_with_its_files(make_context, configuration, rows, day):
    context = make_context(configuration, {"adventureworks": Endpoint(extra={"path": str(FOLDER)})})
    outcome = extract_source("adventureworks", day, context=context)
    outcome.raise_failures()
    assert outcome.rows_landed == 4012 + 8845 + 8845 + 104 + 504
    assert rows("select count(*), count(distinct _record_key) from raw.purchase_order_line") == [(8845, 8845)]
    counted = rows(
        """
        select count(*), count(*) filter (where r.qty::numeric < l.ordered_qty::numeric),
            count(*) filter (where r.rejected_qty::numeric > 0),
            count(*) filter (where r.qty::numeric > l.ordered_qty::numeric)
        from raw.purchase_order_line as l
        join raw.receipt_line as r on (r.po_number, r.po_line_number) = (l.po_number, l.line_number)
        """
    )
    assert counted == [(8845, 380, 563, 0)]
    assert rows("select distinct status from raw.purchase_order_line") == [("closed",)]
    assert rows("select distinct source_system, missing_fields, unknown_fields from ops.batch") == [
        ("adventureworks", [], [])
    ]
    total = rows("select sum(ordered_qty::numeric * price::numeric), sum(amount::numeric) from raw.purchase_order_line")
    assert abs(total[0][0] - total[0][1]) < Decimal(1)


def test_the_same_folder_on_the_next_night_adds_nothing(make_context, configuration, rows, day):
    context = make_context(configuration, {"adventureworks": Endpoint(extra={"path": str(FOLDER)})})
    extract_source("adventureworks", day, context=context).raise_failures()
    again = extract_source(
        "adventureworks",
        type(day)(day.end, day.end.replace(day=2)),
        context=make_context(context.configuration, {"adventureworks": context.resolve("adventureworks")}),
    )
    again.raise_failures()
    assert again.rows_landed == 0
    assert rows("select count(*) from ops.batch") == [(5,)]
