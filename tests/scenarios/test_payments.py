"""What is proposed for payment, and what each payment is asked before it goes (docs/reference/payments.md)."""

import json
from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest

from launcher.postgres import EmbeddedPostgres
from tests.scenarios.banking import BANK
from tests.scenarios.estate import AP, ERP, TIEOUT, line
from tests.scenarios.payers import LOADED, POLICY, ROUTING, Payer
from tests.scenarios.warehouse import Dbt, Warehouse, at, fresh_warehouse
from tieout.errors import TieoutError
from tieout.payments.bank_detail import confirm

AS_OF = at("2026-03-31")
LATER = AS_OF + timedelta(hours=1)
TODAY = date(2026, 3, 31)
PAYMENTS = ["+payment_proposal", "+payment_control", "+match_hold"]


def due(estate: Payer) -> None:
    """What falls due today, on the last day of the horizon, and a day after it."""
    estate.owed("overdue", "100.00", "2026-03-20")
    estate.owed("last-day", "70.00", "2026-04-05")
    estate.owed("too-far", "60.00", "2026-04-06")
    estate.owed("not-posted", "50.00", "2026-03-20", status="approved")
    estate.owed("undated", "40.00", None)
    estate.owed("odd-terms", "41.00", None, payment_term_code="X99")


def discounts(estate: Payer) -> None:
    """2/10 net 30 gives 37 % a year: worth taking until its tenth day."""
    terms = {"vendor_number": "S-V2", "payment_term_code": "D210"}
    estate.owed("discount", "200.00", "2026-04-20", on="2026-03-21", **terms)
    estate.owed("discount-later", "210.00", "2026-04-26", on="2026-03-27", **terms)
    estate.owed("discount-gone", "220.00", "2026-04-19", on="2026-03-20", **terms)


def paid(estate: Payer) -> None:
    """Invoices that an ERP's payment pays, has paid, and failed to pay."""
    for name in ("live", "settled", "returned"):
        estate.owed(name, "30.00", "2026-03-20")
    estate.payment("LIVE", "30.00", "sent", "live")
    estate.payment("DONE", "30.00", "settled", "settled")
    estate.payment("BACK", "30.00", "returned", "returned")


def bank_details(estate: Payer) -> None:
    """Accounts that changed within the cooling period and before it, confirmed ones, and another one on an invoice."""
    changes: dict[str, dict[str, Any]] = {
        "cooling": {"_updated_at": at("2026-03-21T00:00")},
        "cooled": {"_updated_at": at("2026-03-20T23:59")},
        "new": {"_updated_at": at("2026-03-25"), "valid_from": "2026-03-25"},
        "confirmed": {"_updated_at": at("2026-03-25")},
        "by-himself": {"_updated_at": at("2026-03-25")},
        "before-it": {"_updated_at": at("2026-03-25")},
        "redirected": {},
        "invalid": {"account_fault": "IBAN fails its check"},
        "spelt": {"_updated_at": at("2026-03-25")},
        "touched": {"_updated_at": at("2026-03-25")},
    }
    for name, account in changes.items():
        estate.vendor(name)
        estate.account(name, **account)
        printed = "token elsewhere" if name == "redirected" else f"token {name}-A1"
        estate.owed(f"i-{name}", "10.00", "2026-03-20", vendor_number=f"S-{name}", remit_to_account_token=printed)
    for name, by, on in (
        ("confirmed", "second", "2026-03-25T01:00"),
        ("by-himself", "Desk", "2026-03-26"),
        ("before-it", "second", "2026-03-24"),
        ("spelt", "LAKE\\Desk@lake.example", "2026-03-26"),
        ("touched", "desk", "2026-03-27"),
        ("called-number", "second", "2026-03-26"),
    ):
        estate.add(
            TIEOUT, "decision", decision_id=name, decision_type="bank_detail_confirmed",
            subject_type="vendor_bank_account", subject_id=f"erp_main:{name}:A1", decided_by=by, decided_at=at(on),
            reason="called back",
            detail=json.dumps({"account_token": f"token {name}-A1"}),
        )  # fmt: skip
    # Whoever touches an account after him does not make a second person of who changed it.
    estate.account("touched", _updated_at=at("2026-03-26"), changed_by="nightly job")
    # The second account of a vendor is a change though the first one stays, has gone, or no day stands in the second.
    for name in ("second", "replaced", "undated"):
        estate.vendor(name)
        estate.account(name)
        day = None if name == "undated" else "2026-03-28"
        estate.account(name, "A2", _updated_at=at("2026-03-28"), valid_from=day)
        estate.owed(f"i-{name}", "10.00", "2026-03-20", vendor_number=f"S-{name}",
                    remit_to_account_token=f"token {name}-A2")  # fmt: skip
    estate.account("replaced", _updated_at=at("2026-03-27"), _deleted=True)
    # Second numbers of vendors, by the tax id: with another account than the first one's, or with the same.
    numbers: dict[str, dict[str, Any]] = {
        "other-number": {},
        "same-account": {"number": "same-account-before-A1"},
        "called-number": {},
        "cooled-number": {"_updated_at": at("2026-03-20T23:59")},
        "loaded-number": {"_updated_at": LOADED},
    }
    for name, account in numbers.items():
        for number in (f"{name}-before", name):
            estate.vendor(number, tax_token=f"tax id of {name}")
        estate.account(f"{name}-before")
        estate.account(name, **{"_updated_at": at("2026-03-25"), "valid_from": "2026-03-25", **account})
        estate.owed(f"i-{name}", "10.00", "2026-03-20", vendor_number=f"S-{name}")
    # A payment of the ERP's own is on its way to one of them.
    estate.owed("i-on-its-way", "11.00", "2026-03-20", vendor_number="S-cooling")
    estate.payment("RISKY", "11.00", "sent", "i-on-its-way", vendor_number="cooling")


def refused_accounts(estate: Payer) -> None:
    """Our payments that came back or were answered, and the same vendors' invoices that are due now."""
    answers = {
        "closed": {"reason_code": "AC04"},
        "by-trace": {"reason_code": "R03", "end_to_end_id": None, "instruction_id": "T-by-trace"},
        "no-money": {"reason_code": "AM04"},
        "elsewhere": {"reason_code": "AC04"},
        "rerouted": {"reason_code": "RC01"},
        "accepted": {"reason_code": "AC04", "status": "ACCP"},
    }
    sent_to = {"elsewhere": {"account_token": "token before"}, "rerouted": {"routing_number": "011000015"}}
    for name in (*answers, "notified", "noted", "saved"):
        estate.vendor(name)
        estate.account(name)
        account = {"account_token": f"token {name}-A1", "routing_number": ROUTING, **sent_to.get(name, {})}
        estate.add(
            TIEOUT, "payment", payment_ref=f"P-{name}", entity_id="H1", vendor_number=f"erp_main:{name}", amount="1.00",
            currency="USD", status="sent", end_to_end_id=f"E-{name}", instruction_id=f"T-{name}",
            sent_at=at("2026-03-28"), requested_date="2026-03-28", **account,
        )  # fmt: skip
        estate.owed(f"i-{name}", "10.00", "2026-03-20", vendor_number=f"S-{name}")
    for name, said in answers.items():
        answer = {"status_ref": name, "status": "RJCT", "end_to_end_id": f"E-{name}", "at": at("2026-03-29"), **said}
        estate.add(BANK, "payment_status", **answer)
    estate.add(
        BANK, "bank_notification", notification_ref="N", entry_number=1, detail_number=1, account_ref="ours",
        booking_date="2026-03-29", amount="1.00", currency="USD", end_to_end_id="E-notified", return_reason="AC06",
    )  # fmt: skip
    for name, code in (("noted", "C01"), ("saved", "C05")):
        estate.add(BANK, "account_correction", correction_ref=name, end_to_end_id=f"E-{name}", correction_code=code,
                   at=at("2026-03-29"))  # fmt: skip
    # The number that is closed, under another vendor number.
    estate.vendor("also-closed")
    estate.account("also-closed", number="closed-A1")
    estate.owed("i-also-closed", "10.00", "2026-03-20", vendor_number="S-also-closed")


def full_batch(estate: Payer) -> None:
    """Payments in euros that fill a batch to the cent, and one of a cent after them."""
    estate.add(TIEOUT, "payment_policy", **POLICY | {"policy_id": "EUR", "currency": "EUR", "batch_limit": "150.00"})
    for name, amount, day in (
        ("e-1", "100.00", "2026-03-20"),
        ("e-2", "50.00", "2026-04-02"),
        ("e-3", "0.01", "2026-04-03"),
    ):
        estate.owed(name, amount, day, currency="EUR")


def codings(estate: Payer) -> None:
    """Lines that are coded themselves, by their order, by their vendor, and by nothing."""
    estate.vendor("coded", default_account_code="6900", default_cost_center_code="CC9")
    for name, vendor, on_order, own in (
        ("c-own", "coded", "6100", "6200"),
        ("c-order", "coded", "6100", None),
        ("c-vendor", "coded", None, None),
        ("c-none", "V1", None, None),
    ):
        estate.order(f"O-{name}", line(1, "9.00", account_code=on_order), vendor=vendor)
        estate.invoice(name, f"O-{name}", 1, "9.00", "2026-03-02", vendor_number=f"S-{vendor}",
                       line={"account_code": own}, due_date="2026-06-30")  # fmt: skip
    for name, vendor, status in (
        ("n-vendor", "coded", "entered"),
        ("n-none", "V1", "entered"),
        ("n-posted", "V1", "posted"),
    ):
        estate.invoice(name, None, 1, "9.00", "2026-03-02", vendor_number=f"S-{vendor}", status=status,
                       due_date="2026-06-30")  # fmt: skip
    estate.invoice("n-credit", None, 1, "9.00", "2026-03-02", kind="credit")


def approvals(estate: Payer) -> None:
    """The matrix asks from 29 March on: of one invoice that somebody approved, and of one that nobody did."""
    estate.add(TIEOUT, "approval_matrix", rule_id="lead", approver="lead", currency="USD", limit_amount="unlimited",
               valid_from="2026-03-29")  # fmt: skip
    estate.owed("approved", "15.00", "2026-03-31", on="2026-03-29")
    estate.owed("unapproved", "16.00", "2026-03-31", on="2026-03-29")
    estate.add(AP, "approval", approval_ref="approved-1", invoice_ref="approved", approver="Lead", decision="approved",
               amount="15.00", currency="USD", decided_at=at("2026-03-29T10:00"))  # fmt: skip


class Proposal:
    """What a build proposed."""

    def __init__(self, warehouse: Warehouse) -> None:
        self.warehouse = warehouse

    def __getitem__(self, invoice: str) -> dict[str, Any]:
        """The payment that an invoice is in."""
        (row,) = self.warehouse.rows(
            "select p.*, i.amount as invoice_amount, i.discount_amount as invoice_discount"
            " from mart.payment_proposal p join mart.payment_proposal_invoice i using (payment_id)"
            " where i.invoice_id = %s",
            f"ap:{invoice}",
        )
        return row

    def reasons(self) -> dict[str, str | None]:
        """Why each open invoice may not be paid."""
        return self.warehouse.values("select invoice_ref, reason from match.match_payable")


@pytest.fixture(scope="module")
def proposal(postgres: EmbeddedPostgres, models_template: str, dbt: Dbt) -> Iterator[Proposal]:
    """All cases, in one build."""
    estate = Payer()
    for tell in (due, discounts, paid, bank_details, refused_accounts, full_batch, codings, approvals):
        tell(estate)
    with fresh_warehouse(postgres, models_template, dbt) as warehouse:
        estate.land(warehouse, AS_OF)
        warehouse.build(AS_OF, select=PAYMENTS)
        yield Proposal(warehouse)


def test_what_is_due_within_the_horizon_is_proposed_for_the_day_on_which_it_is_due(proposal: Proposal) -> None:
    assert proposal["overdue"]["requested_date"] == TODAY
    assert proposal["last-day"]["requested_date"] == date(2026, 4, 5)
    assert proposal.reasons()["too-far"] == "not_due"
    assert proposal.reasons()["not-posted"] == "not_posted"
    assert proposal.reasons()["odd-terms"] == "no_due_date"


def test_a_discount_worth_taking_is_taken_on_its_last_day_and_not_after(proposal: Proposal) -> None:
    taken = proposal["discount"]
    assert (taken["requested_date"], taken["invoice_amount"]) == (TODAY, Decimal("196.00"))
    assert (taken["amount"], taken["discount_amount"]) == (Decimal("196.00"), Decimal("4.00"))
    assert proposal.reasons()["discount-later"] == "not_due"
    assert proposal.reasons()["discount-gone"] == "not_due"


def test_an_invoice_is_not_proposed_while_or_after_another_payment_pays_it(proposal: Proposal) -> None:
    reasons = proposal.reasons()
    assert (reasons["live"], reasons["settled"], reasons["returned"]) == ("in_payment", "settled", None)


@pytest.mark.parametrize(
    ("vendor", "codes"),
    [
        ("cooling", ["BANK_DETAIL_CHANGED"]),
        ("cooled", []),
        ("new", []),
        ("confirmed", []),
        ("by-himself", ["BANK_DETAIL_CHANGED"]),
        ("before-it", ["BANK_DETAIL_CHANGED"]),
        ("redirected", ["BANK_DETAIL_CHANGED"]),
        ("second", ["BANK_DETAIL_CHANGED"]),
        ("replaced", ["BANK_DETAIL_CHANGED"]),
        ("undated", ["BANK_DETAIL_CHANGED"]),
        ("spelt", ["BANK_DETAIL_CHANGED"]),
        ("touched", ["BANK_DETAIL_CHANGED"]),
        ("other-number", ["BANK_DETAIL_CHANGED"]),
        ("same-account", []),
        ("called-number", []),
        ("cooled-number", []),
        ("loaded-number", []),
        ("closed", ["ACCOUNT_REFUSED"]),
        ("also-closed", ["ACCOUNT_REFUSED"]),
        ("by-trace", ["ACCOUNT_REFUSED"]),
        ("notified", ["ACCOUNT_REFUSED"]),
        ("noted", ["ACCOUNT_REFUSED"]),
        ("saved", []),
        ("no-money", []),
        ("elsewhere", []),
        ("rerouted", []),
        ("accepted", []),
        ("invalid", ["ACCOUNT_INVALID"]),
    ],
)
def test_an_account_that_changed_or_was_refused_blocks_until_it_cooled_was_corrected_or_a_second_person_confirmed_it(
    proposal: Proposal, vendor: str, codes: list[str]
) -> None:
    assert proposal[f"i-{vendor}"]["blocked_by"] == codes
    assert proposal[f"i-{vendor}"]["is_blocked"] == bool(codes)


def test_a_changed_account_is_a_finding_on_the_vendor_number_and_on_payments_on_their_way(proposal: Proposal) -> None:
    found = proposal.warehouse.values(
        "select subject_id, subject_type, owner_role from match.match_hold"
        " where code = 'BANK_DETAIL_CHANGED' and is_open"
    )
    vendors = (
        *("cooling", "by-himself", "before-it", "redirected", "second", "replaced", "undated", "spelt", "touched"),
        "other-number",
    )
    expected = {f"erp_main:{vendor}": ("vendor", "vendor_steward") for vendor in vendors}
    assert found == expected | {"erp_main:RISKY": ("payment", "vendor_steward")}


def test_a_hold_on_a_new_number_says_that_it_is_new_and_which_one_was_known(proposal: Proposal) -> None:
    (said,) = proposal.warehouse.rows(
        "select explanation from match.match_hold where subject_id = 'erp_main:other-number' and is_open"
    )
    assert said["explanation"] == (
        "Nobody confirmed by a call-back: account A1 ending in r-A1 came on 2026-03-25 with the new number"
        " erp_main:other-number of a vendor known as erp_main:other-number-before, by desk."
    )


def test_a_batch_is_filled_to_its_limit_by_date_and_takes_nothing_more(proposal: Proposal) -> None:
    assert [proposal[name]["blocked_by"] for name in ("e-1", "e-2", "e-3")] == [[], [], ["BATCH_LIMIT"]]
    assert proposal["e-1"]["batch_id"] == proposal["e-3"]["batch_id"] != proposal["overdue"]["batch_id"]


def test_a_line_without_coding_takes_that_of_its_order_then_that_of_its_vendor(proposal: Proposal) -> None:
    coded = proposal.warehouse.values(
        "select invoice_id, account_code, cost_center_code, coding_origin from canonical.int_invoice_lines"
        " where invoice_id like 'ap:c-%'"
    )
    assert coded == {
        "ap:c-own": ("6200", "CC9", "invoice"),
        "ap:c-order": ("6100", "CC9", "po_line"),
        "ap:c-vendor": ("6900", "CC9", "vendor"),
        "ap:c-none": (None, None, None),
    }


def test_coding_and_terms_that_are_still_missing_are_found_and_no_terms_recovered(proposal: Proposal) -> None:
    found = proposal.warehouse.rows(
        "select invoice_id, code, actual, stage from match.match_finding where code in ('MISSING_DATA', 'RECOVERY_DUE')"
    )
    assert {tuple(row.values()) for row in found} == {
        ("ap:undated", "MISSING_DATA", "terms", "after_posting"),
        ("ap:n-none", "MISSING_DATA", "coding", "before_posting"),
    }
    assert proposal.reasons()["undated"] == "held"


def test_what_nobody_approved_is_held_from_payment_and_nothing_is_recovered_of_it(proposal: Proposal) -> None:
    assert proposal.reasons()["unapproved"] == "held"
    assert proposal.reasons()["approved"] is None
    found = proposal.warehouse.rows(
        "select code, stage, blocking from match.match_finding where invoice_id = 'ap:unapproved'"
    )
    assert found == [{"code": "NOT_APPROVED", "stage": "after_posting", "blocking": True}]


def test_the_same_facts_give_the_same_proposal_and_a_call_back_or_an_account_ends_what_was_held(
    proposal: Proposal,
) -> None:
    warehouse = proposal.warehouse
    ids = "select payment_id, amount from mart.payment_proposal"
    before = warehouse.values(ids)
    for subject, last4, by, says in (
        ("erp_main:cooling:A2", "g-A1", "second", "Nothing is to be confirmed"),
        ("erp_main:cooling:A1", "0000", "second", "digits"),
        ("erp_main:cooling:A1", "g-A1", " DESK@lake.example", "cannot confirm"),
        ("erp_main:touched:A1", "d-A1", "desk", "cannot confirm"),
        ("erp_main:no-money:A1", "y-A1", "second", "Nothing is to be confirmed"),
    ):
        with pytest.raises(TieoutError, match=says):
            confirm(warehouse.dsn, subject_id=subject, last4=last4, by=by, reason="called back", now=AS_OF)
    confirm(warehouse.dsn, subject_id="erp_main:cooling:A1", last4="G-a1", by="second", reason="called", now=LATER)
    confirm(warehouse.dsn, subject_id="erp_main:closed:A1", last4="d-A1", by="second", reason="called", now=LATER)
    coded = {"vendor_number": "V1", "name": "Vendor V1", "default_account_code": "6900"}
    warehouse.land("vendor", [coded], system=ERP, known_at=LATER + timedelta(minutes=1))
    (known_at,) = warehouse.rows("select max(known_at) from quality.promotion")[0].values()
    warehouse.build(known_at, select=PAYMENTS)
    assert warehouse.values(ids) == before
    assert (proposal["i-cooling"]["blocked_by"], proposal["i-closed"]["blocked_by"]) == ([], [])
    assert proposal["i-also-closed"]["blocked_by"] == ["ACCOUNT_REFUSED"], "nobody called about this one"
    closed = warehouse.values(
        "select subject_id, resolution from match.match_hold where code = 'BANK_DETAIL_CHANGED' and not is_open"
    )
    assert closed == {"erp_main:cooling": "cleared", "erp_main:RISKY": "cleared"}
    assert proposal["i-redirected"]["blocked_by"] == ["BANK_DETAIL_CHANGED"]
    missing = "select resolution from match.match_hold where invoice_id = 'ap:n-none' and code = 'MISSING_DATA'"
    assert warehouse.rows(missing) == [{"resolution": "cleared"}], "its vendor has an account now"
