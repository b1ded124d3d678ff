"""What of a camt entry each of its details moved, and the charges in it (docs/reference/payments.md, section 6)."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from decimal import Decimal
from xml.etree.ElementTree import Element

from tieout.errors import MalformedPayload
from tieout.formats.iso20022 import currency_of, number, signed, text_of

NO = ("false", "0")
# Where a detail may say what it moved: version 08 directly, version 02 below AmtDtls.
_STATED = ("Amt", "AmtDtls/TxAmt/Amt")
_OTHERWISE = ("AmtDtls/CntrValAmt/Amt", "AmtDtls/AnncdPstngAmt/Amt", "AmtDtls/InstdAmt/Amt")


@dataclass(frozen=True)
class Part:
    """A detail of an entry with the amount that it moved (signed), and the charges in that (what the bank took).

    ``block`` is the ``NtryDtls`` that it is in. Neither is there for charges that are a part of their own.
    """

    block: Element | None
    detail: Element | None
    amount: str
    charges: str
    is_charge: bool = False


def parts(entry: Element, position: int) -> list[Part]:
    """Return the parts of an entry, whose amounts add up to it.

    A bank may state its details without the charges that the entry has: then each has its own within its amount, and
    those of the entry as a whole are one part more.

    Raises:
        MalformedPayload: the details do not add up to the entry, with or without charges.
    """
    blocks = entry.findall("NtryDtls")
    details = [(block, detail) for block in blocks for detail in block.findall("TxDtls")]
    whole, currency = signed(entry.find("Amt"), text_of(entry, "CdtDbtInd")), currency_of(entry.find("Amt"))
    if len(details) < 2:
        block, detail = details[0] if details else (blocks[0] if len(blocks) == 1 else None, None)
        return [Part(block, detail, whole, _charges(detail, currency) or _charges(entry, currency))]
    several = [
        Part(block, detail, _moved(detail, entry, currency), _charges(detail, currency)) for block, detail in details
    ]
    with_theirs = [replace(part, amount=_with_charges(part)) for part in several]
    of_entry = -(number(_charges(entry, currency)) or Decimal(0))
    beside = [*several, Part(None, None, format(of_entry, "f"), "", is_charge=True)]
    booked = number(whole)
    for ways in (several, with_theirs, beside):
        if booked is not None and _sum(ways) == booked:
            return ways
    raise MalformedPayload(f"The details of entry {position} do not add up to it.", "Ask the bank for it again.")


def stated_amount(detail: Element | None) -> Element | None:
    """Return the detail's own amount, in whatever currency."""
    return next(_amounts(detail, _STATED), None)


def _moved(detail: Element, entry: Element, currency: str) -> str:
    """Return what a detail moved in the entry's currency, signed; blank where the bank does not say it."""
    own = (found for found in _amounts(detail, _STATED + _OTHERWISE) if currency_of(found) in ("", currency))
    return signed(next(own, None), text_of(detail, "CdtDbtInd") or text_of(entry, "CdtDbtInd"))


def _amounts(detail: Element | None, paths: Iterable[str]) -> Iterator[Element]:
    found = (None if detail is None else detail.find(path) for path in paths)
    return (amount for amount in found if amount is not None)


def _with_charges(part: Part) -> str:
    """Return what a detail moved with its charges: more where we paid, less where we were paid."""
    amount = number(part.amount)
    return part.amount if amount is None else format(amount - (number(part.charges) or Decimal(0)), "f")


def _sum(several: list[Part]) -> Decimal | None:
    amounts = [number(part.amount) for part in several]
    return None if None in amounts else sum(filter(None, amounts), Decimal(0))


def _charges(element: Element | None, currency: str) -> str:
    """Return what the bank took (positive) or gave back: records of version 08, or of 02, else the total.

    What is not included in the entry, or is in another currency, is no part of its amount.
    """
    if element is None:
        return ""
    charges = element.findall("Chrgs")
    records = [record for charge in charges for record in (charge.findall("Rcrd") or [charge])]
    stated = [record for record in records if number(text_of(record, "Amt")) is not None]
    if not stated:
        return next(filter(None, (_within(charge.find("TtlChrgsAndTaxAmt"), currency) for charge in charges)), "")
    within = [
        Decimal(text_of(record, "Amt")) * (-1 if text_of(record, "CdtDbtInd") == "CRDT" else 1)
        for record in stated
        if text_of(record, "ChrgInclInd") not in NO and _within(record.find("Amt"), currency)
    ]
    return format(sum(within, Decimal(0)), "f") if within else ""


def _within(amount: Element | None, currency: str) -> str:
    return text_of(amount, ".") if currency_of(amount) in ("", currency) else ""
