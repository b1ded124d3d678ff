"""Pages of the gate: they hold no value of a source, and load nothing from the network."""

import re
import shutil
from collections.abc import Iterator
from datetime import UTC, datetime
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from psycopg.conninfo import conninfo_to_dict

from tieout import settings
from tieout.errors import ConfigurationError
from tieout.quality import data_docs as pages
from tieout.quality.gate import run_gate
from tieout.quality.offline_view import ASSETS, localise

NOW = datetime(2026, 3, 31, tzinfo=UTC)
IBAN, TAX_ID = "DE89370400440532013000", "12-3456789"
ACCOUNT = {"account_encrypted": IBAN, "account_token": IBAN, "account_last4": IBAN}
ENTRY = {"entry_number": IBAN, "detail_number": "1", "amount": IBAN, "remittance": IBAN}
BANK = {
    "bank_statement": ACCOUNT | {"statement_ref": IBAN, "account_ref": IBAN, "to_date": IBAN, "opening_amount": IBAN},
    "bank_entry": ENTRY | {"statement_ref": "S1"},
    "bank_notification": ENTRY | ACCOUNT | {"notification_ref": "N1"},
    "payment_status": {"status_ref": "A1:1", "status": IBAN, "at": IBAN, "detail": IBAN},
    "account_correction": ACCOUNT | {"correction_ref": "C1", "correction_code": IBAN, "at": IBAN, "counterparty": IBAN},
}
"""What a bank tells, with a number wherever it does not belong."""


class Loaded(HTMLParser):
    """Collects the addresses of what a page loads by itself."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.addresses: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        name = {"script": "src", "img": "src", "link": "href"}.get(tag)
        self.addresses += [value for key, value in attrs if key == name and value]


@pytest.fixture(scope="module")
def seen(postgres, warehouse_template, open_warehouse, config_template, tmp_path_factory) -> Iterator[tuple[Any, Path]]:
    """A warehouse and the pages of a gate run in which values that nobody may see break rules."""
    wh = open_warehouse(postgres.create_database("data_docs", template=warehouse_template))
    site = tmp_path_factory.mktemp("data_docs")
    received = {"entity_id": TAX_ID, "po_number": "1", "po_line_number": "1", "kind": "receipt", "received_at": IBAN}
    wh.land("receipt_line", [received | {"receipt_ref": "R1", "qty": IBAN}, received | {"receipt_ref": IBAN}])
    account = {"vendor_number": "V1", "account_number_encrypted": IBAN, "account_number_token": IBAN}
    wh.land("vendor_bank_account", [account | {"account_ref": "A", "valid_from": IBAN, "routing_number": IBAN}])
    wh.land("vendor", [{"vendor_number": "V1", "tax_id_last4": TAX_ID, "currency": IBAN, "inactive_from": TAX_ID}])
    config = shutil.copytree(config_template, tmp_path_factory.mktemp("bank") / "config")
    for name, record in BANK.items():
        shutil.copy(settings.objects_dir() / f"{name}.yml", config / "objects")
        wh.land(name, [record], source_system="bank")
    run_gate(wh.dsn, config=config, dag_run_id="run", now=NOW, data_docs=site)
    yield wh, site
    postgres.drop_database("data_docs")


@pytest.fixture
def site(seen) -> Path:
    """The folder of those pages."""
    return seen[1]


def text_files(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file() and path.suffix in {".html", ".json"}]


def test_no_value_of_a_source_and_no_secret_is_in_any_page_or_result(seen):
    wh, site = seen
    files = [path for path in text_files(site) if "static" not in path.parts]
    secret = conninfo_to_dict(wh.dsn)["password"]
    assert len(files) >= 13

    written = "\n".join(path.read_text() for path in files)
    assert IBAN not in written
    assert TAX_ID not in written
    assert secret not in written


def test_no_value_of_a_source_is_in_quarantine_results_or_incidents(seen):
    wh, _ = seen
    assert wh.one("select count(*) from quality.quarantine") == 4 + len(BANK)
    for table in ("quality.result", "ops.incident"):
        assert not wh.rows(f"select * from {table} as t where t::text ~ %s", f"{IBAN}|{TAX_ID}")
    reasons = wh.rows("select reason, rule_ids::text from quality.quarantine")
    assert not [row for row in reasons if IBAN in str(row) or TAX_ID in str(row)]


def test_every_file_that_a_page_loads_is_in_the_site(site):
    html = list(site.rglob("*.html"))
    assert len(html) == 1 + 2 * (3 + len(BANK))

    for page in html:
        addresses = Loaded(page.read_text()).addresses
        assert len(addresses) > 10
        for address in addresses:
            assert not re.match(r"(https?:)?//", address), f"{page} loads {address}"
            assert (page.parent / address.partition("?")[0]).resolve().is_file(), f"{page} lacks {address}"


def test_pages_say_rules_in_words_with_counts(site):
    (page,) = site.glob("validations/receipt_line/**/*.html")
    text = page.read_text()

    assert "qty reads as a quantity. (critical; receipt_line.qty.type; owner: receiving)" in text
    assert "2 of 2 rows break it" in text


def test_the_licence_of_each_asset_is_beside_it(site):
    folders = [path for path in (site / "static" / "tieout").iterdir() if path.is_dir()]

    assert {path.name for path in folders} == {path.name for path in ASSETS.iterdir() if path.is_dir()}
    assert all(list(path.glob("LICENSE*")) for path in folders)


def test_old_results_are_dropped_and_the_pages_with_them(wh, gate_with_pages, receipt, data_docs, monkeypatch):
    monkeypatch.setattr(pages, "RESULTS_KEPT", 2)
    runs = []
    for number in range(3):
        wh.land("receipt_line", [receipt(receipt_ref=f"R{number}")])
        runs.append(gate_with_pages().gate_run_id)

    assert {path.name for path in data_docs.glob("validations/receipt_line/*/")} == set(runs[1:])
    assert runs[0] not in (data_docs / "index.html").read_text()
    assert runs[2] in (data_docs / "index.html").read_text()
    assert wh.one("select count(distinct gate_run_id) from quality.result") == 3


def test_pages_that_were_deleted_come_back_with_the_next_run(wh, gate_with_pages, receipt, data_docs):
    wh.land("receipt_line", [receipt()])
    first = gate_with_pages().gate_run_id
    shutil.rmtree(data_docs / "validations")
    shutil.rmtree(data_docs / "static")
    wh.land("receipt_line", [receipt(receipt_ref="R2")])
    second = gate_with_pages().gate_run_id

    assert {path.name for path in data_docs.glob("validations/receipt_line/*/")} == {first, second}
    assert (data_docs / "static" / "tieout" / "jquery" / "jquery.min.js").exists()


def test_a_template_that_loads_something_unknown_is_refused():
    with pytest.raises(ConfigurationError, match=r"https://example\.org/new\.js"):
        localise('<script src="https://example.org/new.js"></script>', depth=1)
