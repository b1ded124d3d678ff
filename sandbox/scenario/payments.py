"""Cases about approvals, payments and the bank. Each is told on its own days; none disturbs the others.

A case that injects something is told once the rule that finds it exists: ON is the list of the codes whose rules do.
Near misses are always told.
"""

from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass, replace
from datetime import timedelta
from decimal import ROUND_HALF_UP, Decimal

from sandbox.scenario.domain import ACCOUNTS, CENT, Invoice, Journal, Payment
from sandbox.scenario.model import BankRequest, Booking, Label, date_of
from sandbox.scenario.payees import MOVED_ON, Payee, payees
from sandbox.scenario.policy import (
    CLERK_LIMIT,
    COOLING_DAYS,
    DELEGATED_UNTIL,
    LEAD_LIMIT,
    UNCONFIRMED_DAYS,
    UNMATCHED_DAYS,
)
from sandbox.scenario.story import Story
from sandbox.wire.codes import TERM_DAYS

# The switch list: codes whose findings are injected and labelled. Whoever builds a rule adds its code here.
ON: frozenset[str] = frozenset(
    {
        *("NOT_APPROVED", "APPROVAL_OVER_LIMIT", "SELF_APPROVED", "BANK_DETAIL_CHANGED", "SCREENING_HIT"),
        *("PAYMENT_RETURNED", "PAYMENT_UNCONFIRMED", "BANK_ENTRY_UNMATCHED", "GL_OUT_OF_BALANCE"),
    }
)
CODES = (
    *("NOT_APPROVED", "APPROVAL_OVER_LIMIT", "SELF_APPROVED", "BANK_DETAIL_CHANGED", "SCREENING_HIT"),
    *("PAYMENT_RETURNED", "PAYMENT_UNCONFIRMED", "BANK_ENTRY_UNMATCHED", "GL_OUT_OF_BALANCE"),
)
DECK = "P"  # the names of its cases begin with it
CLERK, LEAD, DEPUTY = "ap.clerk", "ap.lead", "ap.deputy"
PAID_AFTER = 4


@dataclass(frozen=True, slots=True)
class Scene:
    """A case, what it injects (nothing: a near miss or plain), and where and when it is told.

    What it writes is numbered `apart`, or among all others, whose numbers it moves on.
    """

    tell: Callable[[Story], None]
    codes: tuple[str, ...]
    entities: tuple[str, ...]
    days: tuple[int, ...]
    apart: bool = False

    @property
    def name(self) -> str:
        """The case's name."""
        return self.tell.__name__


# ---------------------------------------------------------------------- the stage


def payee(story: Story, what: str) -> Payee:
    """A supplier of the entity's ERP with something the matter."""
    found = [each for each in payees(story.book.seed) if each.what == what]
    return story.pick([each for each in found if each.vendor.number_in(story.entity.erp)])


def amount(story: Story, least: int = 200, most: int = 4500) -> Decimal:
    """An amount in dollars and cents."""
    return Decimal(story.rng.randrange(least * 100, most * 100)) / 100


def bill(story: Story, what: str = "payee", value: Decimal | None = None, **changes: object) -> Invoice:
    """A bill of a supplier that names no order; it is posted two days later, and paid by nobody here."""
    vendor = payee(story, what).now
    return story.bill_without_order(
        vendor,
        value or amount(story),
        "Service contract",
        pays=False,
        **changes,  # type: ignore[arg-type]
    )


def paid(story: Story, *, settled_after: int | None = 1, value: Decimal | None = None) -> tuple[Payment, int]:
    """A bill that the ERP pays; the payment and the day on which it was sent."""
    day = story.day + PAID_AFTER
    paper = bill(story, value=value)
    return story.pay(paper, day, None if settled_after is None else day + settled_after), day


def payment_id(story: Story, payment: Payment) -> str:
    """Canonical id of an ERP's payment."""
    return f"{story.entity.erp}:{payment.ref}"


def vendor_id(story: Story, what: str) -> str:
    """Canonical id of a supplier in the entity's ERP."""
    return f"{story.entity.erp}:{payee(story, what).vendor.number_in(story.entity.erp)}"


# ---------------------------------------------------------------------- approvals


def disapproved(story: Story, code: str, paper: Invoice) -> None:
    """Label an invoice that was posted without a sound approval."""
    story.label(code, "invoice", paper.invoice_id, story.day, due=story.day + 2)


def not_approved(story: Story) -> None:
    """Posted, and nobody approved it."""
    disapproved(story, "NOT_APPROVED", bill(story, approver=None))


def approved_by_a_stranger(story: Story) -> None:
    """Approved by somebody who may approve nothing."""
    disapproved(story, "NOT_APPROVED", bill(story, approver="ward.clerk"))


def approved_after_the_delegation(story: Story) -> None:
    """Approved by a deputy on the day after the delegation ended."""
    disapproved(story, "NOT_APPROVED", bill(story, value=Decimal("9000.00") + amount(story, 1, 9), approver=DEPUTY))


def approved_over_the_limit(story: Story) -> None:
    """A cent more than a clerk may approve."""
    disapproved(story, "APPROVAL_OVER_LIMIT", bill(story, value=CLERK_LIMIT + Decimal("0.01"), approver=CLERK))


def approved_far_over_the_limit(story: Story) -> None:
    """Far more than the lead may approve."""
    disapproved(story, "APPROVAL_OVER_LIMIT", bill(story, value=LEAD_LIMIT + amount(story, 4000, 9000), approver=LEAD))


def self_approved(story: Story) -> None:
    """Entered and approved by the same person."""
    disapproved(story, "SELF_APPROVED", bill(story, approver=LEAD, extra={"enteredBy": LEAD}))


def approved_at_the_limit(story: Story) -> None:
    """Exactly what a clerk may approve."""
    bill(story, value=CLERK_LIMIT, approver=CLERK)


def approved_on_the_last_day_of_the_delegation(story: Story) -> None:
    """Approved by a deputy on the last day, up to the limit of whom he stands for."""
    bill(story, value=LEAD_LIMIT, approver=DEPUTY)


def entered_by_one_and_approved_by_another(story: Story) -> None:
    """A clerk entered it, the lead approved it."""
    bill(story, approver=LEAD, extra={"enteredBy": CLERK})


# ---------------------------------------------------------------------- suppliers and their accounts


def account_moved(story: Story) -> None:
    """A supplier's account changed some days ago; it bills with the new one."""
    bill(story, "moved")
    changed = MOVED_ON["moved"]
    gone = changed + COOLING_DAYS
    story.label("BANK_DETAIL_CHANGED", "vendor", vendor_id(story, "moved"), changed, cleared=gone)


def account_redirected(story: Story) -> None:
    """A bill prints another account than the supplier has."""
    bill(story, "redirected", remit_to="660015500155")
    story.label("BANK_DETAIL_CHANGED", "vendor", vendor_id(story, "redirected"), story.day)


def account_moved_before(story: Story) -> None:
    """A supplier's account changed a day longer ago than is waited for."""
    bill(story, "moved_before")


def account_is_wrong(story: Story) -> None:
    """A supplier's account number has wrong check digits: no file may carry it."""
    bill(story, "bad_account")


def supplier_is_listed(story: Story) -> None:
    """An alias of a sanctioned organisation has the supplier's name."""
    bill(story, "listed")
    story.label("SCREENING_HIT", "vendor", vendor_id(story, "listed"), story.day)


def supplier_is_excluded(story: Story) -> None:
    """The supplier is excluded from health programmes."""
    bill(story, "excluded")
    story.label("SCREENING_HIT", "vendor", vendor_id(story, "excluded"), story.day)


def supplier_is_nearly_listed(story: Story) -> None:
    """A word of the name is that of a listed organisation."""
    bill(story, "near_listed" if story.entity.erp == "erp_main" else "near_excluded")


# ---------------------------------------------------------------------- payments and the bank


def payment_returned(story: Story) -> None:
    """Settled, and the bank sends it back two days later."""
    payment, day = paid(story)
    back_on = day + 3
    story.book_at_bank(back_on, _back(story, payment, "return", "AC04"))
    story.label("PAYMENT_RETURNED", "payment", payment_id(story, payment), back_on)


def payment_unconfirmed(story: Story) -> None:
    """Sent, and the bank never says a word."""
    payment, day = paid(story, settled_after=None)
    story.label("PAYMENT_UNCONFIRMED", "payment", payment_id(story, payment), day, due=day + UNCONFIRMED_DAYS)


def payment_confirmed_late(story: Story) -> None:
    """Settled on the second day, early in the morning: within what is waited for."""
    paid(story, settled_after=2)


def discount_taken(story: Story) -> None:
    """A bill with two percent for payment within ten days, paid on the ninth."""
    paper = discounted(story)
    day = story.day + PAID_AFTER
    story.pay(paper, day, day + 1, discount=(paper.gross * 2 / 100).quantize(CENT, ROUND_HALF_UP))


def discount_missed(story: Story) -> None:
    """A bill with two percent for payment within ten days, paid in full on the eleventh."""
    day = story.day + PAID_AFTER + 2
    story.pay(discounted(story), day, day + 1)


def discounted(story: Story) -> Invoice:
    """A bill with discount terms that came five days after its date; it is due in the history."""
    dated = date_of(story.day - 5)
    return bill(story, term="D210", dated=dated, due=dated + timedelta(days=TERM_DAYS["D210"]))


def payment_with_a_fee(story: Story) -> None:
    """The bank books a payment with its fee in one sum."""
    paper = bill(story)
    day = story.day + PAID_AFTER
    payment = story.pay(paper, day, day + 1)
    story.settled = [(on, each) for on, each in story.settled if each.ref != payment.ref]
    fee = Decimal("15.00")
    entry = replace(_back(story, payment, "transfer", ""), amount=-paper.gross - fee, charges=fee)
    story.book_at_bank(day + 1, replace(entry, reference=f"BK{payment.ref}"))


def bank_entry_of_nobody(story: Story) -> None:
    """The bank debits something that nobody asked for, and no ledger knows of."""
    day, reference = story.day + 1, f"ZZ{story.book.next('stray'):06d}"
    entry = Booking(story.entity.entity_id, "transfer", -amount(story), reference, "Unknown party", "Direct debit")
    story.book_at_bank(day, entry)
    story.label("GL_OUT_OF_BALANCE", "entity_period", f"{story.entity.entity_id}:{date_of(day):%Y-%m}", day)
    story.strays.append((day, reference, _label(story, "BANK_ENTRY_UNMATCHED", "bank_entry", day, UNMATCHED_DAYS)))


def ledger_out_of_balance(story: Story) -> None:
    """Somebody books on the control account by hand."""
    accounts = ACCOUNTS[story.entity.erp]
    by_hand(story, (accounts["payables"], accounts["other"]))
    subject = f"{story.entity.entity_id}:{date_of(story.day):%Y-%m}"
    story.label("GL_OUT_OF_BALANCE", "entity_period", subject, story.day)


def ledger_corrected_elsewhere(story: Story) -> None:
    """Somebody books by hand between two kinds of expense."""
    accounts = ACCOUNTS[story.entity.erp]
    by_hand(story, (accounts["supplies"], accounts["other"]))


def by_hand(story: Story, accounts: tuple[str, str]) -> None:
    """A journal entry that no document stands behind."""
    value, number = amount(story, 50, 900), story.book.next("manual journal")
    lines = ((accounts[0], "", value), (accounts[1], "", -value))
    entry = Journal(f"JM{number:05d}", story.entity.company, "Manual", f"MANUAL-{number}", lines)
    story.writes += story.erp.journal(entry, story.book.moment(story.day, 14, 17))


def equal_bills(story: Story) -> None:
    """Two suppliers bill the same amount for payment on the same day."""
    value = amount(story)
    bill(story, value=value)
    bill(story, "twin_amounts", value=value)


def _back(story: Story, payment: Payment, kind: str, reason: str) -> Booking:
    return Booking(
        entity_id=story.entity.entity_id,
        kind=kind,
        amount=payment.amount,
        reference=f"BK{payment.ref}B",
        party=payment.invoice.supplier_id,
        text=f"Invoice {payment.invoice.number}",
        end_to_end_id=payment.end_to_end_id,
        return_reason=reason,
    )


def _label(story: Story, code: str, subject_type: str, day: int, days: int) -> Label:
    return Label(code, subject_type, "", date_of(day), date_of(day + days), case=story.case)


# ---------------------------------------------------------------------- the programme

ERP_PAYS, TIEOUT_PAYS = ("H1", "H3"), ("H2", "AMB1")
SCENES: tuple[Scene, ...] = (
    Scene(not_approved, ("NOT_APPROVED",), ("H2", "H3"), (12, 19)),
    Scene(approved_by_a_stranger, ("NOT_APPROVED",), ("AMB1",), (15,)),
    Scene(approved_after_the_delegation, ("NOT_APPROVED",), ("H1",), (DELEGATED_UNTIL + 1,)),
    Scene(approved_over_the_limit, ("APPROVAL_OVER_LIMIT",), ("H2", "H3"), (11, 21)),
    Scene(approved_far_over_the_limit, ("APPROVAL_OVER_LIMIT",), ("DC1",), (16,)),
    Scene(self_approved, ("SELF_APPROVED",), ("H1", "AMB1"), (13, 22)),
    Scene(approved_at_the_limit, (), ("H2", "AMB1"), (14,)),
    Scene(approved_on_the_last_day_of_the_delegation, (), ("H1",), (DELEGATED_UNTIL,)),
    Scene(entered_by_one_and_approved_by_another, (), ("H3",), (18,)),
    Scene(account_moved, ("BANK_DETAIL_CHANGED",), TIEOUT_PAYS, (MOVED_ON["moved"],)),
    Scene(account_redirected, ("BANK_DETAIL_CHANGED",), ("H2",), (17,)),
    Scene(account_moved_before, (), TIEOUT_PAYS, (23,)),
    Scene(account_is_wrong, (), ("H2",), (20,)),
    Scene(supplier_is_listed, ("SCREENING_HIT",), ("H2",), (16,)),
    Scene(supplier_is_excluded, ("SCREENING_HIT",), TIEOUT_PAYS, (18,)),
    Scene(supplier_is_nearly_listed, (), TIEOUT_PAYS, (21,)),
    Scene(payment_returned, ("PAYMENT_RETURNED",), ERP_PAYS, (9,)),
    Scene(payment_unconfirmed, ("PAYMENT_UNCONFIRMED",), ERP_PAYS, (15,)),
    Scene(payment_confirmed_late, (), ERP_PAYS, (12,)),
    Scene(discount_taken, (), ERP_PAYS, (1,), apart=True),
    Scene(discount_missed, (), ERP_PAYS, (1,), apart=True),
    Scene(payment_with_a_fee, (), ERP_PAYS, (17,)),
    Scene(bank_entry_of_nobody, ("BANK_ENTRY_UNMATCHED", "GL_OUT_OF_BALANCE"), ERP_PAYS, (20,)),
    Scene(ledger_out_of_balance, ("GL_OUT_OF_BALANCE",), ("DC1",), (22,)),
    Scene(ledger_corrected_elsewhere, (), ("H1",), (22,)),
    Scene(equal_bills, (), TIEOUT_PAYS, (24,)),
)


def scenes_of(day: int, codes: Collection[str]) -> Iterator[Scene]:
    """Yield the scenes of a day: near misses, and what injects only codes whose rules exist."""
    for scene in SCENES:
        if day in scene.days and set(scene.codes) <= set(codes):
            yield scene


def requests(seed: int) -> list[BankRequest]:
    """What the bank does to the first payments to some suppliers, so that not everything goes well."""
    found = {(each.what, bool(each.vendor.main)): each.now.account_number for each in payees(seed)}
    return [
        BankRequest("return", account=found["near_listed", True], entity="H2", reason="AC04"),
        BankRequest("fee", account=found["moved_before", True], entity="H2", amount=Decimal("15.00")),
        BankRequest("partial", account=found["payee", True], entity="H2"),
        BankRequest("correction", account=found["near_excluded", False], entity="AMB1", reason="C01"),
    ]
