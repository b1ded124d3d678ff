"""Each rung of the ladder from bank entries to payments, and its edges (docs/reference/payments.md, sections 6, 7)."""

from collections.abc import Iterator
from datetime import date
from decimal import Decimal

import pytest

from launcher.postgres import EmbeddedPostgres
from tests.scenarios.banking import LADDER, Bank
from tests.scenarios.estate import TIEOUT
from tests.scenarios.warehouse import Dbt, Warehouse, at, fresh_warehouse

AS_OF = at("2026-03-30")
V1 = "VENDOR V1"
REJECTED = ("ours-too", "trace-3")


def by_reference(bank: Bank) -> None:
    """Entries that name their payment: by each reference, and for another amount."""
    bank.pay("plain", "100.00")
    bank.entry("plain", "-100.00", end_to_end_id="E-plain", counterparty="somebody else")
    bank.pay("instructed", "110.00", instruction_id="I-1", end_to_end_id=None)
    bank.entry("instructed", "-110.00", instruction_id="I-1")
    bank.pay("cheque", "120.00", cheque_number="1001", method="cheque", end_to_end_id=None)
    bank.entry("cheque", "-120.00", cheque_number="0001001", bank_code="475")
    bank.pay("notified", "130.00")
    bank.notice("notified", "-130.00", bank_ref="B-notified")
    bank.entry("notified", "-130.00")
    bank.pay("early", "135.00")
    bank.notice("early", "-135.00")
    bank.pay("early-back", "136.00")
    bank.entry("early-back", "-136.00", end_to_end_id="E-early-back")
    bank.notice("early-back", "-136.00")
    bank.notice("early-back", "136.00", "2026-03-12", return_reason="AC04")
    bank.pay("told-again", "137.00")
    bank.entry("told-again", "-137.00", end_to_end_id="E-told-again")
    for _ in range(2):
        bank.notice("told-again", "70.00", "2026-03-12", return_reason="AC04", bank_ref="B-back")
    bank.pay("early-some", "138.00")
    bank.notice("early-some", "37.00", "2026-03-12", return_reason="AC04")
    bank.pay("part", "300.00")
    bank.entry("part-1", "-100.00", end_to_end_id="E-part")
    bank.pay("parts", "300.00")
    bank.entry("parts-1", "-100.00", end_to_end_id="E-parts")
    bank.entry("parts-2", "-200.00", "2026-03-12", end_to_end_id="E-parts")
    bank.pay("fee", "140.00")
    bank.entry("fee", "-155.00", end_to_end_id="E-fee", charges_amount="15.00")
    bank.pay("fee-beside", "145.00")
    bank.entry("fee-beside", "-145.00", end_to_end_id="E-fee-beside", charges_amount="15.00")
    bank.pay("more", "150.00")
    bank.entry("more", "-150.01", end_to_end_id="E-more")
    bank.pay("twice", "160.00")
    bank.entry("twice-1", "-160.00", end_to_end_id="E-twice")
    bank.entry("twice-2", "-160.00", end_to_end_id="E-twice")
    bank.pay("foreign", "90.00", currency="EUR")
    bank.entry("foreign", "-99.00", end_to_end_id="E-foreign", original_amount="90.00", original_currency="EUR",
               exchange_rate="1.1")  # fmt: skip
    bank.pay("rateless", "90.00", currency="EUR")
    bank.entry("rateless", "-98.00", end_to_end_id="E-rateless")


def cheques(bank: Bank) -> None:
    """Cheques that the bank paid otherwise than they were issued: another amount or number, or none of ours."""
    issued = {"raised": "118.01", "lowered": "118.01", "altered": "118.00", "void": "118.02"}
    paid = {"raised": "-181.00", "lowered": "-81.00", "altered": "-118.00", "void": "-118.02"}
    for number, (name, amount) in enumerate(issued.items()):
        cheque = {"method": "cheque", "end_to_end_id": None, "cheque_number": f"20{number}"}
        bank.pay(f"cheque-{name}", amount, **cheque, status="cancelled" if name == "void" else "sent")
        printed = "900" if name == "altered" else f"020{number}"
        bank.entry(f"cheque-{name}", paid[name], cheque_number=printed, bank_code="475",
                   counterparty=V1)  # fmt: skip
    bank.entry("cheque-forged", "-119.00", cheque_number="999", bank_code="475")


def coming_back(bank: Bank) -> None:
    """Money that comes back: whole, in part, reversed, less a fee, and what was rejected."""
    bank.pay("returned", "200.00")
    bank.entry("returned-1", "-200.00", end_to_end_id="E-returned")
    bank.entry("returned-2", "200.00", "2026-03-13", end_to_end_id="E-returned", return_reason="AC04")
    bank.pay("reversed", "210.00")
    bank.entry("reversed-1", "-210.00", end_to_end_id="E-reversed")
    bank.entry("reversed-2", "210.00", "2026-03-13", end_to_end_id="E-reversed", reversal=True)
    bank.pay("one-back", "215.00")
    bank.entry("one-back-1", "-215.00", end_to_end_id="E-one-back")
    bank.entry("one-back-2", "-215.00", end_to_end_id="E-one-back")
    bank.entry("one-back-3", "215.00", "2026-03-13", end_to_end_id="E-one-back", reversal=True)
    bank.pay("less", "220.00")
    bank.entry("less-1", "-220.00", end_to_end_id="E-less")
    bank.entry("less-2", "210.00", "2026-03-13", end_to_end_id="E-less", return_reason="AC04", charges_amount="10.00")
    bank.pay("some", "230.00")
    bank.entry("some-1", "-230.00", end_to_end_id="E-some")
    bank.entry("some-2", "30.00", "2026-03-13", end_to_end_id="E-some", return_reason="AM09")
    bank.pay("rejected", "240.00")
    bank.says("RJCT", end_to_end_id="E-rejected", reason_code="AC01")
    bank.pay("file", "250.00", batch_ref="BAD")
    bank.says("RJCT", level="file", message_ref="BAD", reason_code="FF01")
    bank.pay("again", "260.00", batch_ref="TWICE")
    bank.says("RJCT", level="file", message_ref="TWICE", reason_code="DU01")
    bank.entry("again", "-260.00", end_to_end_id="E-again")


def answered_otherwise(bank: Bank) -> None:
    """Rejections of an entry that came twice, of a message that was not ours, and by a trace number of two payments."""
    bank.pay("first-copy", "270.00")
    bank.entry("first-copy", "-270.00", end_to_end_id="E-first-copy")
    bank.says("RJCT", end_to_end_id="E-first-copy", reason_code="R24")
    bank.pay("ours", "271.00", system=TIEOUT, batch_ref="B-ours", vendor_number="erp_main:V1")
    bank.says("RJCT", end_to_end_id="E-ours", message_ref="B-theirs", reason_code="AC04")
    bank.pay("ours-too", "272.00", system=TIEOUT, batch_ref="B-ours", vendor_number="erp_main:V1")
    bank.says("RJCT", end_to_end_id="E-ours-too", message_ref="B-ours", reason_code="AC04")
    for name, trace in (("trace-1", "T-1"), ("trace-2", "T-1"), ("trace-3", "T-3")):
        bank.pay(name, "273.00", instruction_id=trace)
    for trace in ("T-1", "T-3"):
        bank.says("RJCT", instruction_id=trace, reason_code="R02")


def together(bank: Bank) -> None:
    """A group booked in one sum, without the payment that was booked alone and the one that was rejected."""
    for number, amount in (("1", "11.00"), ("2", "22.00"), ("3", "33.00"), ("4", "44.00")):
        bank.pay(f"group-{number}", amount, group_ref="G1", system="tieout", vendor_number="erp_main:V1")
    bank.entry("alone", "-33.00", end_to_end_id="E-group-3", payment_group_ref="G1")
    bank.says("RJCT", end_to_end_id="E-group-4", reason_code="AC01")
    bank.entry("group", "-33.00", payment_group_ref="G1", batch_count=2)
    bank.entry("group-again", "-33.00", payment_group_ref="G1", batch_count=2)
    bank.pay("other-1", "12.00", group_ref="G2")
    bank.pay("other-2", "13.00", group_ref="G2")
    bank.entry("other-sum", "-24.00", payment_group_ref="G2")
    bank.pay("count-1", "14.00", group_ref="G3")
    bank.pay("count-2", "15.00", group_ref="G3")
    bank.entry("other-count", "-29.00", payment_group_ref="G3", batch_count=3)


def ach_batch(bank: Bank) -> None:
    """An ACH batch booked in one sum (BAI2), of which two entries are returned afterwards, one with its money."""
    own = {"system": "tieout", "vendor_number": "erp_main:V1", "method": "ach", "group_ref": "B0123456789abcdef0-1"}
    for number in ("1", "2", "3"):
        bank.pay(f"ach-{number}", f"5{number}.00", **own)
    named = {"end_to_end_id": "B0123456789abcdef0-1", "payment_group_ref": "B0123456789abcdef0-1"}
    bank.entry("ach", "-156.00", bank_code="455", **named)
    for number in ("2", "3"):
        bank.says("RJCT", end_to_end_id=f"E-ach-{number}", reason_code="R03")
    bank.entry("ach-back", "52.00", "2026-03-13", end_to_end_id="E-ach-2", bank_code="257", return_reason="R03")


def by_creditor(bank: Bank) -> None:
    """Entries that name an invoice."""
    bank.owed("INV-77", "310.00", "2026-03-10")
    bank.owed("INV-78", "320.00", "2026-03-10")
    for invoice, amount in (("INV-77", "310.00"), ("INV-78", "320.00")):
        bank.pay(f"for-{invoice}", amount, system="tieout", vendor_number="erp_main:V1", end_to_end_id=None)
        bank.add("tieout", "payment_invoice", payment_ref=f"for-{invoice}", invoice_ref=f"ap:{invoice}", amount=amount)
    bank.entry("creditor", "-310.00", structured_ref="inv 77")
    bank.entry("creditor-part", "-20.00", structured_ref="INV78")


def by_likeness(bank: Bank) -> None:
    """Entries that name nothing."""
    for name, amount in (("alike", "410.00"), ("late", "420.00"), ("stranger", "430.00"), ("mute", "440.00"),
                         ("equal-1", "450.00"), ("equal-2", "450.00"), ("once", "460.00")):  # fmt: skip
        bank.pay(name, amount, end_to_end_id=None)
    bank.entry("alike", "-410.00", "2026-03-20", counterparty="Vendor V1.")
    bank.entry("late", "-420.00", "2026-03-21", counterparty=V1)
    bank.entry("stranger", "-430.00", counterparty="Vendor V2")
    bank.entry("mute", "-440.00")
    bank.entry("equal", "-450.00", counterparty=V1)
    bank.entry("once-1", "-460.00", counterparty=V1)
    bank.entry("once-2", "-460.00", counterparty=V1)
    bank.pay("unsent", "470.00", status="approved", end_to_end_id=None)
    bank.entry("unsent", "-470.00", counterparty=V1)


def in_two(bank: Bank) -> None:
    """An end-to-end id that two payments have: the amount tells, or nobody can."""
    for number, amount in (("1", "510.00"), ("2", "520.00")):
        bank.pay(f"told-{number}", amount, end_to_end_id="E-told")
    bank.entry("told", "-520.00", end_to_end_id="E-told")
    for number in ("1", "2"):
        bank.pay(f"shared-{number}", "530.00", end_to_end_id="E-shared")
    bank.entry("shared", "-530.00", end_to_end_id="E-shared")


def beside(bank: Bank) -> None:
    """Entries that are no payments."""
    bank.entry("account-fee", "-38.50", bank_code="PMNT/MDOP/CHRG")
    bank.entry("sweep", "9000.00", bank_code="PMNT/RCDT/ESCT", counterparty="Patient accounts")
    bank.entry("nobody", "-77.00", counterparty="Nobody")
    bank.entry("fresh", "-78.00", "2026-03-29", counterparty="Nobody")
    bank.entry("came-back", "79.00", return_reason="AC04")
    bank.statement("S2", "2026-03-01", "2026-03-29", _updated_at=AS_OF)
    bank.entry("repeat", "-100.00", end_to_end_id="E-plain", statement_ref="S2")


def unconfirmed(bank: Bank) -> None:
    """Payments that the bank is silent of: until the 29th of March its statements are known."""
    sent = {"end_to_end_id": None}
    for name, day in (("silent", "2026-03-28"), ("waiting", "2026-03-28T00:00:01")):
        bank.pay(name, "610.00", **{**sent, "sent_at": at(day), "requested_date": "2026-03-28"})
    bank.pay("taken-note-of", "620.00", sent_at=at("2026-03-20"), requested_date="2026-03-20")
    bank.says("ACCP", end_to_end_id="E-taken-note-of")
    bank.pay("cashed-later", "630.00", method="cheque", **sent)
    bank.pay("before-statements", "640.00", **{**sent, "sent_at": at("2026-02-27"), "requested_date": "2026-02-27"})
    bank.pay("to-come", "650.00", requested_date="2026-03-29", **sent)
    bank.pay("erp-knows", "660.00", status="returned", **sent)


class Books:
    """What a build made of all cases."""

    def __init__(self, warehouse: Warehouse, names: dict[str, str]) -> None:
        self.entries = {
            names[row["bank_entry_id"]]: row for row in warehouse.rows("select * from mart.bank_reconciliation")
        }
        self.payments = {row["payment_ref"]: row for row in warehouse.rows("select * from mart.payment_settlement")}
        self.holds = {
            (row["code"], names.get(row["subject_id"], row["subject_id"].split(":")[1])): row
            for row in warehouse.rows("select * from match.match_hold where subject_type in ('payment', 'bank_entry')")
        }
        self.outcomes = warehouse.values("select payment_id, outcome from canonical.int_payment_outcomes")

    def found(self, entry: str) -> tuple[str, str | None, list[str]]:
        """State, rung and payments of an entry."""
        row = self.entries[entry]
        return row["state"], row["rung"], [each.split(":")[1] for each in row["payment_ids"]]

    def state(self, payment: str) -> str:
        """A payment's state."""
        return str(self.payments[payment]["state"])

    def raised(self, code: str) -> set[str]:
        """Of what a code stands."""
        return {name for found, name in self.holds if found == code}


@pytest.fixture(scope="module")
def books(postgres: EmbeddedPostgres, models_template: str, dbt: Dbt) -> Iterator[Books]:
    """All cases, in one build with the data tests."""
    bank = Bank()
    backwards = (coming_back, answered_otherwise)
    sums = (together, ach_batch)
    for tell in (by_reference, cheques, *backwards, *sums, by_creditor, by_likeness, in_two, beside, unconfirmed):
        tell(bank)
    with fresh_warehouse(postgres, models_template, dbt) as warehouse:
        bank.land(warehouse, AS_OF)
        warehouse.build(AS_OF, select=LADDER)
        yield Books(warehouse, bank.names)


def test_an_entry_is_matched_by_the_reference_that_it_names(books: Books) -> None:
    assert books.found("plain") == ("matched", "end_to_end_id", ["plain"])
    assert books.found("instructed") == ("matched", "bank_reference", ["instructed"])
    assert books.found("cheque") == ("matched", "bank_reference", ["cheque"])
    assert books.found("notified") == ("matched", "bank_reference", ["notified"])
    assert {books.state(name) for name in ("plain", "instructed", "cheque", "notified")} == {"settled"}


def test_a_notification_tells_early_what_became_of_a_payment_and_reconciles_nothing(books: Books) -> None:
    assert (books.state("early"), books.outcomes["erp_main:early"]) == ("open", "settled")
    assert (books.state("early-back"), books.outcomes["erp_main:early-back"]) == ("settled", "returned")
    assert books.payments["early"]["acknowledged_at"] == at("2026-03-11")
    assert books.outcomes["erp_main:told-again"] == "settled"
    assert (books.state("early-some"), books.outcomes.get("erp_main:early-some")) == ("open", None)


def test_a_rejection_of_a_copy_of_another_message_or_by_a_number_of_two_payments_rejects_nothing(books: Books) -> None:
    assert {name: books.state(name) for name in ("first-copy", "ours", "trace-1", "trace-2")} == {
        "first-copy": "settled", "ours": "open", "trace-1": "open", "trace-2": "open"
    }  # fmt: skip
    assert {books.state(name) for name in REJECTED} == {"rejected"}


def test_a_payment_is_settled_when_its_parts_sum_to_it(books: Books) -> None:
    assert (books.found("part-1")[0], books.state("part")) == ("matched", "partly_settled")
    assert books.payments["part"]["settled_amount"] == 100
    assert [books.found(f"parts-{n}")[0] for n in (1, 2)] == ["matched", "matched"]
    assert (books.state("parts"), books.payments["parts"]["entry_count"]) == ("settled", 2)
    assert "erp_main:part" not in books.outcomes


def test_charges_in_an_entry_are_split_from_the_payment_and_others_are_not(books: Books) -> None:
    assert books.found("fee") == ("split", "end_to_end_id", ["fee"])
    assert (books.entries["fee"]["fee_amount"], books.entries["fee"]["owner"]) == (15, None)
    assert (books.found("fee-beside")[0], books.entries["fee-beside"]["fee_amount"]) == ("matched", 0)
    assert {books.state(name) for name in ("fee", "fee-beside")} == {"settled"}


def test_a_cent_too_much_is_somebodys(books: Books) -> None:
    entry = books.entries["more"]
    assert (entry["state"], entry["difference_amount"], entry["owner"]) == ("split", Decimal("0.01"), "treasury")
    hold = books.holds["BANK_ENTRY_UNMATCHED", "more"]
    assert (hold["amount_at_risk"], hold["actual"]) == (Decimal("0.01"), "0.01")
    assert books.state("more") == "settled"


def test_a_payment_that_the_bank_makes_twice_is_taken_once(books: Books) -> None:
    assert [books.found(f"twice-{n}")[0] for n in (1, 2)] == ["matched", "owned"]
    assert "paid twice" in books.entries["twice-2"]["reason"]
    assert books.holds["BANK_ENTRY_UNMATCHED", "twice-2"]["amount_at_risk"] == 160
    assert books.state("twice") == "settled"
    assert books.state("one-back") == "settled", "one of two came back: it must not be paid again"


def test_a_payment_in_another_currency_is_settled_by_its_original_amount_or_by_its_reference(books: Books) -> None:
    for name in ("foreign", "rateless"):
        assert (books.found(name)[0], books.state(name)) == ("matched", "settled")
        assert books.entries[name]["taken_amount"] == 90
        assert books.entries[name]["taken_currency"] == "EUR"


def test_what_comes_back_returns_the_payment_with_the_banks_reason(books: Books) -> None:
    assert {books.state(name) for name in ("returned", "reversed", "less")} == {"returned"}
    assert (books.payments["returned"]["reason_code"], books.payments["returned"]["returned_date"]) == (
        "AC04",
        date(2026, 3, 13),
    )
    assert (books.found("less-2")[0], books.entries["less-2"]["fee_amount"]) == ("split", 10)
    assert books.entries["less-2"]["difference_amount"] == 0
    back = {"returned", "reversed", "less", "some", "rejected", "file", "group-4", "ach-2", "ach-3", *REJECTED}
    assert back == books.raised("PAYMENT_RETURNED")
    assert books.holds["PAYMENT_RETURNED", "returned"]["actual"] == "returned AC04"


def test_what_comes_back_in_part_leaves_the_payment_settled_so_that_it_is_not_paid_again(books: Books) -> None:
    assert (books.state("some"), books.outcomes["erp_main:some"]) == ("partly_returned", "settled")
    assert books.holds["PAYMENT_RETURNED", "some"]["amount_at_risk"] == 30


def test_a_rejected_payment_or_file_is_rejected_and_one_that_came_twice_is_not(books: Books) -> None:
    assert {books.state(name) for name in ("rejected", "file")} == {"rejected"}
    assert books.outcomes["erp_main:file"] == "rejected"
    assert books.state("again") == "settled"


def test_a_group_is_taken_by_the_entry_that_its_rest_sums_to(books: Books) -> None:
    assert books.found("group") == ("split", "group", ["group-1", "group-2"])
    assert books.found("alone") == ("matched", "end_to_end_id", ["group-3"])
    assert (books.found("group-again")[0], books.state("group-4")) == ("owned", "rejected")
    assert {books.found(name)[0] for name in ("other-sum", "other-count")} == {"owned"}
    assert {books.state(f"group-{n}") for n in (1, 2, 3)} == {"settled"}


def test_an_ach_batch_stays_settled_when_entries_of_it_are_returned(books: Books) -> None:
    assert books.found("ach") == ("split", "group", ["ach-1", "ach-2", "ach-3"])
    assert [books.state(f"ach-{n}") for n in (1, 2, 3)] == ["settled", "returned", "rejected"]
    assert books.found("ach-back") == ("matched", "end_to_end_id", ["ach-2"])
    assert books.payments["ach-3"]["settled_amount"] == 53


def test_a_cheque_that_was_paid_otherwise_than_it_was_issued_is_a_persons_question(books: Books) -> None:
    rungs = dict.fromkeys(("raised", "lowered", "void"), "bank_reference") | {"altered": "amount_date_party"}
    for name, rung in rungs.items():
        entry = books.entries[f"cheque-{name}"]
        assert (entry["state"], entry["is_asked"], entry["rung"]) == ("owned", True, rung), name
        assert entry["candidate_ids"] == [f"erp_main:cheque-{name}"]
        assert (books.state(f"cheque-{name}"), entry["difference_amount"]) == ("open", abs(entry["amount"]))
    assert "issued for another amount" in books.entries["cheque-lowered"]["reason"]
    assert "no payment has the number of the cheque" in books.entries["cheque-altered"]["reason"]
    assert (books.found("cheque-forged")[0], books.entries["cheque-forged"]["is_asked"]) == ("owned", False)
    assert {f"cheque-{name}" for name in (*rungs, "forged")} <= books.raised("BANK_ENTRY_UNMATCHED")


def test_an_entry_that_names_an_invoice_settles_its_payment(books: Books) -> None:
    assert books.found("creditor") == ("matched", "structured_ref", ["for-INV-77"])
    assert (books.found("creditor-part")[1], books.state("for-INV-78")) == ("structured_ref", "partly_settled")


def test_amount_date_and_party_together_tell_a_payment_and_none_of_them_alone(books: Books) -> None:
    assert books.found("alike") == ("matched", "amount_date_party", ["alike"])
    for name in ("late", "stranger", "unsent"):
        assert books.found(name) == ("owned", None, []), name
    assert (books.found("mute")[0], books.entries["mute"]["is_asked"]) == ("owned", True)


def test_of_equal_candidates_none_is_taken_and_a_person_is_asked(books: Books) -> None:
    for name, count in (("equal", 2), ("once-1", 1), ("once-2", 1), ("shared", 2)):
        entry = books.entries[name]
        assert (entry["state"], entry["is_asked"], len(entry["candidate_ids"])) == ("owned", True, count), name
    assert {books.state(name) for name in ("equal-1", "equal-2", "once", "shared-1", "shared-2")} == {"open"}
    assert books.found("told") == ("matched", "end_to_end_id", ["told-2"])


def test_each_entry_ends_matched_split_fee_or_owned_by_somebody(books: Books) -> None:
    assert books.found("account-fee") == ("fee", None, [])
    assert books.entries["account-fee"]["fee_amount"] == Decimal("38.50")
    assert {name for name, row in books.entries.items() if row["state"] == "owned" and not row["owner"]} == set()
    assert "under another id" in books.entries["repeat"]["reason"]


def test_an_entry_that_no_payment_explains_is_found_after_its_time_and_money_in_is_not(books: Books) -> None:
    raised = books.raised("BANK_ENTRY_UNMATCHED")
    assert {"nobody", "came-back"} <= raised
    assert not {"sweep", "fresh", "account-fee", "repeat"} & raised
    assert books.holds["BANK_ENTRY_UNMATCHED", "nobody"]["owner_role"] == "treasury"


def test_a_payment_is_unconfirmed_from_the_moment_on_at_which_the_bank_was_known_to_be_silent(books: Books) -> None:
    raised = books.raised("PAYMENT_UNCONFIRMED")
    assert {"silent", "taken-note-of", "part"} <= raised
    assert not {"waiting", "cashed-later", "before-statements", "to-come", "erp-knows", "plain"} & raised
    hold = books.holds["PAYMENT_UNCONFIRMED", "taken-note-of"]
    assert (hold["actual"], hold["policy_id"], hold["limit_applied"]) == ("acknowledged", "PAY", "48 hours")
    assert books.holds["PAYMENT_UNCONFIRMED", "part"]["amount_at_risk"] == 200
