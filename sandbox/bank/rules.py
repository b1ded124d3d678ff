"""What the bank says of a payment when it arrives: the checks that need no other day."""

from collections.abc import Collection
from datetime import date
from decimal import Decimal

from sandbox.bank.accounts import is_kept_here, number_is_plausible, routing_is_valid
from sandbox.bank.model import Instruction, Verdict

ACCEPTED, PENDING, REJECTED = "ACCP", "PDNG", "RJCT"
MOST = Decimal("5000000.00")
DAYS_BACK = 5
CURRENCIES = ("USD", "EUR", "CAD", "GBP")
# Reasons of ISO 20022 and what NACHA says for the same.
RETURN_CODES = {
    "AC01": "R04",
    "AC02": "R29",
    "AC04": "R02",
    "AC06": "R16",
    "AM01": "R26",
    "AM02": "R26",
    "AM03": "R26",
    "AM05": "R24",
    "BE08": "R26",
    "DT01": "R26",
    "DU01": "R24",
    "DU04": "R24",
    "RC01": "R13",
}


def judge(order: Instruction, known: Collection[str], today: date) -> Verdict:
    """Return whether a payment is taken: ACCP, PDNG where it waits for its date, RJCT with a reason.

    Args:
        order: the payment.
        known: end-to-end ids that the bank has, those of the file before this payment among them.
        today: the day on which it would be made at the earliest.
    """
    code, text = _fault(order, known, today)
    if code:
        return Verdict(REJECTED, code, text)
    return Verdict(PENDING if order.requested and order.requested > today else ACCEPTED)


def _fault(order: Instruction, known: Collection[str], today: date) -> tuple[str, str]:
    if not is_kept_here(order.account):
        return "AC02", "The debtor's account is not at this bank"
    if order.amount <= 0:
        return "AM01", "The amount is zero"
    if order.amount > MOST:
        return "AM02", "The amount is beyond the limit of the account"
    if order.currency not in CURRENCIES:
        return "AM03", "The currency is not processed"
    if order.end_to_end_id in known:
        return "DU04", "The end-to-end id was used before"
    if not order.creditor:
        return "BE08", "The creditor has no name"
    if order.requested and (today - order.requested).days > DAYS_BACK:
        return "DT01", "The date is over"
    return ("", "") if order.method == "cheque" else _account_fault(order)


def _account_fault(order: Instruction) -> tuple[str, str]:
    if not number_is_plausible(order.creditor_account):
        return "AC01", "The creditor's account number is wrong"
    domestic = not order.creditor_account[:2].isalpha()
    if domestic and not routing_is_valid(order.creditor_routing):
        return "RC01", "The creditor's bank is unknown"
    return "", ""
