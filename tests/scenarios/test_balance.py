"""Subledgers beside the ledger: every way in which a document can be in one and not in the other, in one build."""

import json
from decimal import Decimal
from typing import Any

import psycopg
import pytest

from tests.scenarios.estate import AP, ERP, TIEOUT, Estate, line
from tests.scenarios.warehouse import Warehouse, at
from tieout.errors import ConfigurationError, TieoutError
from tieout.warehouse.close import Request, close_period, closed
from tieout.warehouse.connection import connect
from tieout.warehouse.reopened import differences, latest_close, show

BANK = "bank"
AS_OF, LATER = at("2026-04-02T10:00"), at("2026-04-03T10:00")
PAYABLES, RECEIVED, CASH, INVENTORY = "2100", "2150", "1010", "1400"
SELECTED = ["+path:models/match", "+path:models/marts/balance", "+exc_hold", "dim_entity"]
DIFFERENCES = (
    "select document_ref || ' ' || kind || ' ' || period, reason, difference from mart.balance_difference"
    " where entity_id = 'H1'"
)
BALANCES = (
    "select kind || ' ' || period, subledger_amount, gl_amount, differing_documents from mart.balance"
    " where currency = 'USD'"
)


class Books:
    """The estate's ledger and bank."""

    def __init__(self, estate: Estate) -> None:
        self.estate = estate
        for system, objects in {
            ERP: ("gl_account", "gl_entry", "payment", "payment_invoice"),
            BANK: ("bank_statement", "bank_entry"),
        }.items():
            for name in objects:
                estate.add(TIEOUT, "system_of_record", entity_id="H1", object=name, source_system=system,
                           role="record", valid_from="2000-01-01")  # fmt: skip
        says = {PAYABLES: "ap_control", RECEIVED: "grni", INVENTORY: "none", CASH: None}
        for code, control_type in says.items():
            estate.add(ERP, "gl_account", account_code=code, entity_id="H1", name=code, control_type=control_type)
        for statement in ("ST", "ST-again"):
            estate.add(BANK, "bank_statement", statement_ref=statement, account_ref="OPERATING", entity_id="H1",
                       currency="USD", from_date="2026-03-01", to_date="2026-03-31", opening_amount=0,
                       closing_amount=0)  # fmt: skip
        self.entries = 0

    def journal(self, ref: str, document: str | None, on: str, period: str = "2026-03", **lines: Any) -> None:
        """A journal; each line as account_<code>=amount, a debit positive."""
        for number, (account, amount) in enumerate(lines.items(), start=1):
            self.estate.add(ERP, "gl_entry", journal_ref=ref, line_number=number, entity_id="H1", period=period,
                            account_code=account.removeprefix("account_"), posted_at=at(on), amount=amount,
                            currency="USD", document_ref=document)  # fmt: skip

    def invoice(self, name: str, amount: Any, posted: str, order: str | None = None, **fields: Any) -> None:
        """AP's invoice of one line, and the ERP's posting of it as document D-<name>."""
        self.estate.invoice(name, order, 1, amount, "2026-03-02", **fields)
        self.estate.add(ERP, "invoice", invoice_ref=f"E-{name}", source_ref=name, entity_id="H1",
                        vendor_number="V1", currency="USD", net_amount=amount, gross_amount=amount,
                        status="posted", erp_document_number=f"D-{name}", posted_at=at(posted),
                        kind=fields.get("kind", "invoice"))  # fmt: skip

    def payment(self, name: str, amount: Any, sent: str, *, discount: Any = 0, **fields: Any) -> None:
        """A payment that was sent."""
        self.estate.add(ERP, "payment", payment_ref=name, entity_id="H1", vendor_number="V1", amount=amount,
                        end_to_end_id=f"E2E-{name}", currency="USD", status=fields.pop("status", "sent"),
                        sent_at=at(sent), **fields)  # fmt: skip
        self.estate.add(ERP, "payment_invoice", payment_ref=name, invoice_ref=f"E-{name}", amount=amount,
                        discount_amount=discount)  # fmt: skip

    def own_payment(self, name: str, amount: Any, sent: str, **fields: Any) -> None:
        """A payment that was sent by us, of which the ledger hears from the bank."""
        self.estate.add(TIEOUT, "payment", payment_ref=name, entity_id="H1", vendor_number=f"{ERP}:V1",
                        amount=amount, end_to_end_id=name, currency="USD", status="sent", sent_at=at(sent),
                        **fields)  # fmt: skip

    def booked(
        self, amount: Any, on: str, end_to_end_id: str | None = None, ref: str | None = None, **fields: Any
    ) -> None:
        """An entry of the bank."""
        self.entries += 1
        record = {"statement_ref": "ST", "entry_number": self.entries, "detail_number": 1, "booking_date": on,
                  "amount": amount, "currency": "USD", "end_to_end_id": end_to_end_id, "bank_ref": ref}  # fmt: skip
        self.estate.add(BANK, "bank_entry", **{**record, **fields})


def tell(books: Books) -> None:
    """What balances, then one case of each reason."""
    estate = books.estate
    estate.order("PO", line(3, "10.00"), line(1, "7.00", unit="BX"))
    for name, qty, unit, number, kind in (("R1", 3, "EA", 1, "receipt"), ("R2", 6, "EA", 2, "return")):
        estate.receipt(name, "PO", qty, "2026-03-03", unit=unit, po_line_number=number, kind=kind)
        estate.add(ERP, "receipt_line", receipt_ref=f"T{name}", source_ref=name, entity_id="H1", po_number="PO",
                   po_line_number=number, kind=kind, unit=unit, qty=qty, received_at=at("2026-03-03"),
                   posted_at=at("2026-03-03T12:00"))  # fmt: skip
    books.journal("JR1", "R1", "2026-03-03", account_1400=30, account_2150=-30)
    books.journal("JR2", "R2", "2026-03-03", account_1400="-3.50", account_2150="3.50")
    books.invoice("good", 30, "2026-03-05", "PO")
    books.journal("JI1", "D-good", "2026-03-05", account_2150=30, account_2100=-30)
    books.invoice("credit", 4, "2026-03-05", "PO", kind="credit")
    books.journal("JI2", "D-credit", "2026-03-05", account_2150=-4, account_2100=4)
    books.invoice("power", 12, "2026-03-05")
    books.journal("JI3", "D-power", "2026-03-05", account_6500=12, account_2100=-12)
    books.payment("good", 29, "2026-03-10", discount=1)
    books.journal("JP1", "good", "2026-03-10", account_2100=30, account_1010=-29, account_6500=-1)
    books.booked(-29, "2026-03-11", "E2E-good")
    books.payment("underway", 12, "2026-03-31T20:00")
    books.journal("JP2", "underway", "2026-03-31T20:00", account_2100=12, account_1010=-12)
    books.payment("back", 5, "2026-03-12", status="returned", returned_at=at("2026-03-20"))
    books.journal("JP3", "back", "2026-03-12", account_2100=5, account_1010=-5)
    books.journal("JP4", "back", "2026-03-20", account_2100=-5, account_1010=5)
    books.booked(-5, "2026-03-13", "E2E-back")
    books.booked(5, "2026-03-20", "E2E-back")
    books.booked(100, "2026-03-31", ref="SW1")
    books.journal("JB1", "SW1", "2026-03-31T22:00", account_1010=100, account_1200=-100)
    books.journal("J0", "OPENING", "2026-02-28", "2026-02", account_1010=999)
    books.payment("dear", 2, "2026-03-06")
    books.journal("JP5", "dear", "2026-03-06", account_2100=2, account_1010=-2)
    books.booked("-2.10", "2026-03-07", "E2E-dear", ref="BK9")
    books.journal("JC9", "BK9", "2026-03-07", account_7000=".10", account_1010="-.10")
    books.own_payment("ours", 13, "2026-03-09", method="cheque", cheque_number="100001")
    books.booked(-13, "2026-03-12", cheque_number="0100001", ref="BK10")
    books.journal("JT10", "0100001", "2026-03-12", account_2100=13, account_1010=-13)
    for name, amount in (("first", 5), ("second", 6)):
        books.own_payment(name, amount, "2026-03-09", group_ref="GROUP")
    books.booked(-11, "2026-03-10", ref="BK11", payment_group_ref="GROUP", batch_count=2)
    books.journal("JT11", "GROUP", "2026-03-10", account_2100=11, account_1010=-11)
    books.own_payment("alone", 17, "2026-03-09", group_ref="BATCH")
    books.booked(-17, "2026-03-10", ref="BK12", payment_group_ref="BATCH", batch_count=1)
    books.journal("JT12", "BATCH", "2026-03-10", account_2100=17, account_1010=-17)
    books.own_payment("charged", 140, "2026-03-09")
    books.booked(-155, "2026-03-10", "charged", charges_amount=15)
    books.journal("JT13", "charged", "2026-03-10", account_2100=140, account_7000=15, account_1010=-155)
    books.own_payment("beside", 145, "2026-03-09")
    books.booked(-145, "2026-03-10", "beside", charges_amount=15)
    books.journal("JT14", "beside", "2026-03-10", account_2100=145, account_1010=-145)
    books.own_payment("less", 220, "2026-03-09")
    books.booked(-220, "2026-03-10", "less")
    books.booked(210, "2026-03-12", "less", charges_amount=10, return_reason="AC04")
    books.journal("JT15", "less", "2026-03-10", account_2100=220, account_1010=-220)
    books.journal("JT16", "less", "2026-03-12", account_2100=-220, account_7000=10, account_1010=210)
    books.own_payment("abroad", 100, "2026-03-09")
    books.booked(-100, "2026-03-10", "abroad", original_amount="90.91", original_currency="EUR")
    books.journal("JT17", "abroad", "2026-03-10", account_2100=100, account_1010=-100)
    books.booked(-29, "2026-03-11", "E2E-good", statement_ref="ST-again")

    books.invoice("open", 20, "2026-03-06")
    books.payment("twice", 8, "2026-03-06")
    books.booked(-8, "2026-03-07", "E2E-twice")
    for number in (1, 2):
        books.journal(f"JT{number}", "twice", "2026-03-06", account_2100=8, account_1010=-8)
    books.invoice("late", 9, "2026-03-31T23:59:59")
    books.journal("JL", "D-late", "2026-04-01", "2026-04", account_6500=9, account_2100=-9)
    books.invoice("off", 6, "2026-03-06")
    books.journal("JO", "D-off", "2026-03-06", account_6500="6.01", account_2100="-6.01")
    books.journal("JM", None, "2026-03-06", account_6500=3, account_2100=-3)
    books.booked("-2.50", "2026-03-06", ref="FEE")
    books.payment("again", 11, "2026-03-06")
    books.journal("JA", "again", "2026-03-06", account_2100=11, account_1010=-11)
    books.booked(-11, "2026-03-07", "E2E-again")
    books.booked(-11, "2026-03-08", "E2E-again")
    # on the day that is not over nothing is judged
    books.invoice("today", 1, "2026-04-02T00:00")


@pytest.fixture
def books(models: Warehouse) -> Books:
    """A hospital whose ERP names two control accounts and whose own file names the third."""
    estate = Estate()
    for system, name, record in estate.rows:
        if (system, name) == (TIEOUT, "entity"):
            record["control_accounts"] = json.dumps({CASH: "cash", PAYABLES: "none"})
    estate.add(TIEOUT, "routing", route_id="all", owner_role="ap", owner="anybody")
    return Books(estate)


def test_a_period_is_balanced_document_by_document_and_each_difference_has_its_reason(
    models: Warehouse, books: Books
) -> None:
    tell(books)
    books.estate.land(models, AS_OF)
    models.build(AS_OF, select=SELECTED, data_tests=False)

    assert models.values(DIFFERENCES) == {
        "D-open ap_control 2026-03": ("not_posted", Decimal(-20)),
        "twice ap_control 2026-03": ("posted_twice", Decimal(-8)),
        "twice cash 2026-03": ("posted_twice", Decimal(-8)),
        "D-late ap_control 2026-03": ("other_period", Decimal(-9)),
        "D-late ap_control 2026-04": ("other_period", Decimal(9)),
        "D-off ap_control 2026-03": ("other_amount", Decimal("0.01")),
        "JM ap_control 2026-03": ("manual_journal", Decimal(3)),
        "FEE cash 2026-03": ("not_posted", Decimal("2.50")),
        "again cash 2026-03": ("other_amount", Decimal(11)),
    }
    balances = models.values(BALANCES)
    assert balances["grni 2026-03"] == (Decimal("0.50"), Decimal("0.50"), 0)
    assert balances["ap_control 2026-04"] == (Decimal(0), Decimal(9), 1)
    sums = models.values("select balance_id, sum(difference) from mart.balance_difference group by 1")
    stated = models.values("select balance_id, difference from mart.balance where not is_balanced")
    assert sums == stated
    hold = models.rows("select * from match.match_hold where code = 'GL_OUT_OF_BALANCE' order by subject_id")
    assert [(row["subject_id"], row["subject_type"], row["amount_at_risk"]) for row in hold] == [
        ("H1:2026-03", "entity_period", abs(Decimal("-33.99")) + Decimal("5.50")),
        ("H1:2026-04", "entity_period", Decimal(9)),
    ]
    assert hold[1]["explanation"] == (
        "In 2026-04 the ledger of H1 differs from what its subledgers moved: ap_control USD by 9 on 1 documents."
    )

    _closes_by_name_and_reason(models)

    # what was missing comes in, and the day that was under way is over
    books.journal("JN", "D-open", "2026-03-06", account_6500=20, account_2100=-20)
    books.journal("JL", "D-late", "2026-04-01", "2026-03", account_6500=9, account_2100=-9)
    books.estate.land(models, LATER)
    models.build(LATER, select=SELECTED, data_tests=False)
    with connect(models.dsn) as connection:
        first = closed(connection, latest_close(connection, "2026-03", "H1"))
        assert differences(connection, first, "mart") != []
    later = models.values(DIFFERENCES)
    assert {"D-open ap_control 2026-03", "D-late ap_control 2026-03", "D-late ap_control 2026-04"} & set(later) == set()
    assert later["D-today ap_control 2026-04"] == ("not_posted", Decimal(-1))
    kept = models.values("select subject_id, actual from match.match_hold where code = 'GL_OUT_OF_BALANCE' and is_open")
    assert kept == {
        "H1:2026-03": "ap_control USD -420.99, cash USD -421.1",
        "H1:2026-04": "ap_control USD 0",
    }


def _closes_by_name_and_reason(models: Warehouse) -> None:
    """Refused while it is out of balance, unless somebody says why; recorded, and never changed."""
    with pytest.raises(TieoutError, match="2026-03 is out of balance: In 2026-03 the ledger of H1 differs"):
        close_period(models.dsn, Request("2026-03", "", "c.reyes"), now=AS_OF)
    with pytest.raises(ConfigurationError, match="Nobody is named"):
        close_period(models.dsn, Request("2026-03", "H1", " ", "because"), now=AS_OF)
    with pytest.raises(ConfigurationError, match="There is no entity 'H9'"):
        close_period(models.dsn, Request("2026-03", "H9", "c.reyes"), now=AS_OF)
    with pytest.raises(TieoutError, match="The period ends on 2026-05-01"):
        close_period(models.dsn, Request("2026-04", "H1", "c.reyes", "early"), now=AS_OF)
    request = Request("2026-03", "H1", "c.reyes", "Known, corrected in April")
    close = close_period(models.dsn, request, now=AS_OF, dag_run_id="manual-1")
    assert (close.as_of, close.entities, close.accepted) == (AS_OF, ("H1",), ("H1",))
    assert close_period(models.dsn, request, now=LATER, dag_run_id="manual-1") == close
    with connect(models.dsn) as connection:
        assert latest_close(connection, "2026-03", "") == close.close_id
        assert differences(connection, close, "mart") == []
        with pytest.raises(TieoutError, match="2026-02 was not closed"):
            latest_close(connection, "2026-02", "H1")
        told = connection.execute("select actor, reason, after ->> 'as_of' from audit.event where action = 'close'")
        assert told.fetchall() == [("c.reyes", "Known, corrected in April", AS_OF.isoformat())]
    for table in ("period_close", "period_close_entity", "period_close_balance"):
        with pytest.raises(psycopg.errors.RaiseException, match="insert-only: delete is refused"):
            models.connection.execute(f"delete from ops.{table}".encode())


def test_a_ledger_without_control_accounts_is_not_judged(models: Warehouse) -> None:
    estate = Estate()
    estate.add(ERP, "gl_entry", journal_ref="J", line_number=1, entity_id="H1", period="2026-03", amount=1,
               account_code=PAYABLES, posted_at=at("2026-03-02"), currency="USD")  # fmt: skip
    estate.add(AP, "vendor", vendor_number="S-X", name="X")
    estate.land(models, AS_OF)
    models.build(AS_OF, select=["+balance"], data_tests=False)
    assert models.rows("select * from mart.balance") == []


@pytest.mark.slow
def test_a_close_is_shown_as_it_was_known_after_later_data_came(models: Warehouse) -> None:
    """The whole warehouse, built again as of the close: what was corrected since stands beside it, corrected."""
    books = Books(Estate())
    books.invoice("good", "50.00", "2026-03-04")
    books.journal("JG", "D-good", "2026-03-04", account_6500=50, account_2100=-50)
    books.invoice("open", "20.00", "2026-03-06")
    books.estate.land(models, AS_OF)
    models.build(AS_OF, select=["fqn:*"], data_tests=False)
    close = close_period(models.dsn, Request("2026-03", "H1", "c.reyes", "Booked in April"), now=AS_OF)
    books.journal("JO", "D-open", "2026-03-06", account_6500=20, account_2100=-20)
    books.invoice("late", "7.00", "2026-03-30")
    books.estate.land(models, LATER)
    models.build(LATER, select=["fqn:*"], data_tests=False)
    now_known = balance_of_payables(models, "mart")
    assert now_known != (Decimal(70), Decimal(50))

    shown = show(models.dsn, period="2026-03", entity_id="H1", keep=1, now=LATER)
    assert (shown.close, shown.schema_prefix) == (close, f"rebuild_close_{close.close_id}_")
    assert balance_of_payables(models, f"{shown.schema_prefix}mart") == (Decimal(70), Decimal(50))
    held = f"select actual from {shown.schema_prefix}match.match_hold where code = 'GL_OUT_OF_BALANCE'"
    assert models.rows(held) == [{"actual": "ap_control USD 50"}]
    assert balance_of_payables(models, "mart") == now_known


def balance_of_payables(models: Warehouse, schema: str) -> tuple[Decimal, Decimal]:
    """What subledger and ledger moved in March."""
    (row,) = models.rows(
        f"select subledger_amount, gl_amount from {schema}.balance"
        " where entity_id = 'H1' and kind = 'ap_control' and period = '2026-03'"
    )
    return row["subledger_amount"], row["gl_amount"]
