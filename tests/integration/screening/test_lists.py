"""Lists in the formats of their publishers, from the folder to hits. All organisations on them are invented."""

import os
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import psycopg
import pytest
from psycopg.rows import dict_row

from tests.scenarios.warehouse import Warehouse
from tieout import settings
from tieout.archive.keys import Keys
from tieout.landing.configuration_files import load_configuration
from tieout.landing.context import Context
from tieout.landing.extract import extract_source
from tieout.landing.manifest import Interval
from tieout.quality.gate import run_gate
from tieout.screening.flow import Outcome, screen_vendors
from tieout.sources.endpoint import Endpoint

START = datetime(2026, 3, 1, tzinfo=UTC)
LEIE = (
    "LASTNAME,FIRSTNAME,MIDNAME,BUSNAME,GENERAL,SPECIALTY,UPIN,NPI,DOB,ADDRESS,CITY,STATE,ZIP,EXCLTYPE,EXCLDATE,"
    "REINDATE,WAIVERDATE,WVRSTATE"
)
NAMES = ("Amber", "Birch", "Cobalt", "Delta", "Elder", "Fjord", "Garnet", "Hazel", "Indigo", "Jasper", "Kelp", "Larch",
         "Mica", "Nettle", "Onyx", "Poppy", "Quartz", "Rowan", "Sable", "Teal", "Umber", "Violet", "Willow", "Xenon",
         "Yarrow")  # fmt: skip
VENDORS = {
    "V1": "Karelgate Trading House Ltd.", "V2": "Vosterholm Marine Catering", "V3": "Bromley Anchor Forge",
    "V4": "Quillfeather Home Health", "V5": "Rowan Freight Brokers",
}  # fmt: skip


class Office:
    """A warehouse with vendors, and the folder that lists come into."""

    def __init__(self, dsn: str, folder: Path, context: Context) -> None:
        self.dsn = dsn
        self.folder = folder
        self.context = context
        self.now = START
        self.opened = Warehouse(dsn, dbt=None)  # type: ignore[arg-type]
        self.vendors(VENDORS)

    def vendors(self, names: dict[str, str], **fields: str) -> None:
        """Land vendors as the gate would let them through."""
        self.now += timedelta(minutes=1)
        rows = [{"vendor_number": number, "name": name, **fields} for number, name in names.items()]
        self.opened.land("vendor", rows, system="erp_main", known_at=self.now)

    def put(self, name: str, text: str) -> None:
        """Put a list into the folder, whole, with the time of the day."""
        (self.folder / name).write_text(text, newline="")
        os.utime(self.folder / name, (self.now.timestamp(), self.now.timestamp()))

    def day(self) -> Outcome:
        """Extract, let through the gate and screen; the next day begins."""
        interval = Interval(self.now - timedelta(hours=12), self.now + timedelta(hours=12))
        extract_source("screening", interval, context=self.context).raise_failures()
        run_gate(self.dsn, config=settings.config_dir(), dag_run_id=None, now=interval.end)
        outcome = screen_vendors(self.dsn, config=settings.config_dir(), now=interval.end)
        self.now += timedelta(days=1)
        return outcome

    def rows(self, query: str) -> list[dict]:
        """Rows of a query."""
        with psycopg.connect(self.dsn, row_factory=dict_row) as connection:
            return connection.execute(query.encode()).fetchall()

    def hits(self) -> dict[str, str]:
        """Vendor number → list and entry, of the hits that stand."""
        newest = self.rows(
            "select distinct on (hit_id) vendor_id, list, entry_id, _deleted from raw.screening_hit"
            " order by hit_id, _source_updated_at desc"
        )
        return {f"{row['vendor_id']}": f"{row['list']}:{row['entry_id']}" for row in newest if not row["_deleted"]}


@pytest.fixture
def office(warehouse: str, tmp_path: Path) -> Iterator[Office]:
    """An office with our own profile of the lists."""
    for name in ("folder", "archive", "data_docs"):
        (tmp_path / name).mkdir()
    (tmp_path / "config" / "sources").mkdir(parents=True)
    (tmp_path / "config" / "entities").mkdir()
    (tmp_path / "config" / "objects").symlink_to(settings.objects_dir())
    profile = tmp_path / "config" / "sources" / "screening.yml"
    profile.symlink_to(settings.config_dir() / "sources" / "screening.yml")
    context = Context(
        warehouse_dsn=warehouse,
        configuration=load_configuration(tmp_path / "config"),
        archive_root=tmp_path / "archive",
        keys=Keys([b"k" * 32], b"t" * 32),
        resolve={"screening": Endpoint(extra={"path": str(tmp_path / "folder")})}.__getitem__,
        dag_run_id="run-1",
        trace_id="trace-1",
        now=lambda: START,
        pause=lambda seconds: None,
    )
    made = Office(warehouse, tmp_path / "folder", context)
    yield made
    made.opened.close()


def sdn(*names: str) -> str:
    """sdn.csv as OFAC writes it: no header, -0- for none, a mark of the file's end."""
    rows = [
        f'{36 + n},"{name}",-0- ,"SDGT",-0- ,-0- ,-0- ,-0- ,-0- ,-0- ,-0- ,-0- \r\n' for n, name in enumerate(names)
    ]
    return "".join(rows) + "\x1a"


def leie(*names: str) -> str:
    """leie.csv as the OIG writes it: a header, zeros for none."""
    rows = [
        f",,,{name},OTHER BUSINESS,,,0000000000,,9 LAKE STREET,AUSTIN,TX,73301,1128b8,20250920,00000000,00000000,\r\n"
        for name in names
    ]
    return f"{LEIE}\r\n{''.join(rows)}"


def full(*names: str) -> str:
    """sdn.csv of 25 invented companies and these behind them."""
    return sdn(*(f"{name.upper()} RIVER COMMODITIES" for name in NAMES), *names)


def test_a_vendor_is_found_by_an_alias_alone_and_a_near_name_is_not(office):
    assert not office.day().is_screened, "without a list nobody is screened"
    listed = sdn("VOSTERHOLM MARITIME SUPPLY LLC", "BROMLEY ANCHOR FORGE")
    office.put("sdn.csv", listed.replace('"BROMLEY ANCHOR FORGE",-0- ', '"BROMLEY ANCHOR FORGE","vessel"'))
    office.put("alt.csv", '36,12,"aka","KARELGATE TRADING HOUSE",-0- \r\n\x1a')
    office.put("add.csv", '36,25,"12 Harbor Road","Rostov 344000","Ruritania",-0- \r\n\x1a')
    office.put("leie.csv", leie("QUILLFEATHER HOME HEALTH INC"))

    outcome = office.day()

    assert (outcome.is_full, outcome.vendors, outcome.entries, outcome.hits) == (True, 5, 2, 2), "a ship is no vendor"
    hits = office.hits()
    assert hits["erp_main:V1"] == "sdn:36"
    assert hits["erp_main:V4"].startswith("leie:")
    (hit,) = office.rows("select * from raw.screening_hit where vendor_id = 'erp_main:V1'")
    assert (hit["matched_name"], hit["is_alias"]) == ("KARELGATE TRADING HOUSE", "true")
    assert (hit["entry_name"], hit["score"], hit["threshold"]) == ("VOSTERHOLM MARITIME SUPPLY LLC", "1.000", "0.70")
    (entry,) = office.rows("select * from raw.screening_entry where entry_id = '36'")
    assert (entry["kind"], entry["program"], entry["title"], entry["remarks"]) == ("organisation", "SDGT", None, None)
    (excluded,) = office.rows("select * from raw.screening_entry where list = 'leie'")
    assert (excluded["listed_on"], excluded["program"]) == ("2025-09-20", "1128b8")
    assert not office.day().is_screened, "nothing became known since"


def test_a_longer_list_screens_everybody_again_and_a_changed_vendor_only_that_one(office):
    office.put("sdn.csv", full())
    assert (office.day().is_full, office.hits()) == (True, {})

    office.vendors({"V3": "Bromley Anchor Forge"}, city="Dayton")
    changed = office.day()
    assert (changed.is_full, changed.screened, changed.vendors) == (False, 1, 5)

    office.put("sdn.csv", full("ROWAN FREIGHT BROKERS"))
    longer = office.day()
    assert (longer.is_full, longer.screened, longer.landed) == (True, 5, 1)
    assert office.hits() == {"erp_main:V5": "sdn:61"}
    assert len(office.rows("select * from raw.screening_entry")) == 26, "what stayed as it was is not landed again"

    office.put("sdn.csv", full("ROWAN FREIGHT BROKERS").replace("SDGT", "NPWMD"))
    assert office.day().landed == 1, "what a decision holds for is another entry now"
    assert len({row["facts_sha256"] for row in office.rows("select facts_sha256 from raw.screening_hit")}) == 2

    office.put("sdn.csv", full())
    office.day()
    assert office.hits() == {}, "one entry of 26 may leave the list"
    (gone,) = office.rows("select * from raw.screening_entry where _deleted")
    assert (gone["entry_id"], gone["name"]) == ("61", "ROWAN FREIGHT BROKERS")


def test_a_list_that_was_cut_short_clears_nobody_and_the_next_whole_one_brings_what_it_had_brought(office):
    office.put("sdn.csv", full("KARELGATE TRADING HOUSE"))
    office.put("leie.csv", leie("QUILLFEATHER HOME HEALTH INC"))
    office.day()
    assert office.hits().keys() == {"erp_main:V1", "erp_main:V4"}

    office.put("sdn.csv", sdn("ROWAN FREIGHT BROKERS"))
    office.day()
    assert office.hits().keys() == {"erp_main:V1", "erp_main:V4"}
    (batch,) = office.rows("select * from ops.batch where state = 'stopped'")
    assert (batch["object"], batch["feed"]) == ("screening_entry", "sdn")
    (incident,) = office.rows("select message from ops.incident where state <> 'resolved'")
    assert "25 records of screening_entry from screening (feed sdn) are gone and 1 are there" in incident["message"]

    _, others = full("KARELGATE TRADING HOUSE").split("\r\n", 1)
    office.put("sdn.csv", sdn("ROWAN FREIGHT BROKERS").removesuffix("\x1a") + others)
    office.day()
    assert office.hits().keys() == {"erp_main:V1", "erp_main:V4", "erp_main:V5"}
    assert office.rows("select 1 from ops.incident where state <> 'resolved'") == []


def test_an_empty_list_is_refused(office):
    office.put("sdn.csv", "\x1a")
    with pytest.raises(Exception, match="brought nothing: every record would be deleted"):
        office.day()
