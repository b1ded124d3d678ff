"""NACHA: a file of CCD credits with addenda, from a plain record (docs/reference/payments.md, section 4).

The same record gives the same bytes. What was written is read again before anybody gets it: control totals, entry
hash and counts are those of its lines.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal

from stdnum.us import rtn

from tieout.errors import Unwritable
from tieout.formats import nacha_records as records
from tieout.formats.characters import ASCII, spell
from tieout.formats.nacha_check import batches
from tieout.formats.nacha_records import BLOCK, CENTS, CORPORATE, CREDITS_ONLY, FILLER, Totals, render, totals_of

CREDIT_TO = {"checking": 22, "savings": 32}
IDENTIFICATION, REFERENCE = 15, 20  # characters


@dataclass(frozen=True)
class Credit:
    """One payment. ``identification`` is what the bank gives back as the payment's end-to-end id.

    ``routing`` has nine digits (ABA); ``account_type`` is checking or savings; ``addenda`` is cut to 80 characters.
    """

    identification: str
    name: str
    routing: str
    account_number: str
    amount: Decimal
    addenda: str = ""
    account_type: str = "checking"

    def __repr__(self) -> str:
        return f"Credit({self.identification!r}, …)"


@dataclass(frozen=True)
class Batch:
    """Payments of a company on a day.

    ``reference`` (20 characters at most) is ours for the batch: what a bank that books it in one sum can name.
    """

    company_name: str
    company_id: str
    effective_date: date
    credits: tuple[Credit, ...]
    description: str = "PAYMENT"
    reference: str = ""


@dataclass(frozen=True)
class AchFile:
    """A file: ``bank_routing`` is the bank's ABA number, ``modifier`` A to Z, 0 to 9 tells files of a day apart.

    ``origin`` is the id that the bank gave us (ten characters at most), ``reference`` (eight) ours for the file,
    ``first_entry`` the number of its first entry, from which trace numbers count.
    """

    bank_routing: str
    bank_name: str
    origin: str
    origin_name: str
    created_at: datetime
    batches: tuple[Batch, ...]
    modifier: str = "A"
    reference: str = ""
    first_entry: int = 1


def identification(payment_id: str) -> str:
    """Return a payment's end-to-end id as it fits into an ACH entry: its first fifteen characters."""
    return payment_id[:IDENTIFICATION]


def batch_reference(batch_id: str, number: int) -> str:
    """Return our reference for a batch of a file as its header holds it: the beginning of our id, and a number."""
    return f"{batch_id[: REFERENCE - len(f'-{number}')]}-{number}"


def trace_number(bank_routing: str, sequence: int) -> str:
    """Return the trace number of an entry; ``sequence`` counts credits, through a file at least."""
    return f"{bank_routing[:8]}{sequence:07d}"


def write(file: AchFile) -> bytes:
    """Return the file: lines of 94 ASCII characters that end in LF, filled up to whole blocks.

    Raises:
        Unwritable: nothing to pay, an identification given twice, an amount that is none or too large, a routing number
            that fails its check, an account number or a text that does not fit. Messages never hold an account number.
    """
    _refuse(file)
    lines = [_file_header(file)]
    totals = Totals()
    sequence = file.first_entry - 1
    for number, batch in enumerate(file.batches, start=1):
        body: list[str] = []
        for credit in batch.credits:
            sequence += 1
            body += _entry(credit, trace_number(file.bank_routing, sequence))
        of_batch = sum(map(totals_of, body), Totals())
        totals += of_batch
        lines += [_batch_header(file, batch, number), *body, _batch_control(file, batch, number, of_batch)]
    blocks = -(-(len(lines) + 1) // BLOCK)
    control: records.Values = {"type": "9", "batches": len(file.batches), "blocks": blocks, **totals.fields()}
    lines.append(_record(records.FILE_CONTROL, control))
    lines += [FILLER] * (blocks * BLOCK - len(lines))
    content = "".join(f"{line}\n" for line in lines).encode("ascii")
    batches(content)
    return content


def _refuse(file: AchFile) -> None:
    credits_of = [credit for batch in file.batches for credit in batch.credits]
    if not credits_of or not all(batch.credits for batch in file.batches):
        raise Unwritable("A file or a batch of it has no payment.", "Leave it out.")
    seen: set[str] = set()
    for credit in credits_of:
        if credit.identification in seen:
            raise Unwritable(f"{credit.identification} is there twice.", "A payment is made once: look for the second.")
        seen.add(credit.identification)
        _refuse_credit(credit)
    _routing(file.bank_routing, "our bank")


def _refuse_credit(credit: Credit) -> None:
    who = f"payment {credit.identification}"
    if not credit.amount.is_finite() or credit.amount <= 0 or credit.amount != credit.amount.quantize(CENTS):
        raise Unwritable(
            f"The amount of {who} is not above zero, or has parts of a cent.", "Nothing to pay: leave it out."
        )
    _routing(credit.routing, who)
    if not 4 <= len(credit.account_number) <= 17 or not credit.account_number.isalnum():
        raise Unwritable(f"The account number of {who} does not fit an ACH entry.", "Pay it otherwise, or correct it.")
    if credit.account_type not in CREDIT_TO:
        raise Unwritable(f"The account of {who} is neither checking nor savings.", "Correct it.")


def _routing(number: str, whose: str) -> None:
    if not rtn.is_valid(number):
        raise Unwritable(f"The routing number of {whose} fails its check.", "Correct it.")


def _file_header(file: AchFile) -> str:
    created = file.created_at.astimezone(UTC)
    return _record(
        records.FILE_HEADER,
        {
            "type": "1",
            "priority": "01",
            "destination": f" {file.bank_routing}",
            "origin": file.origin.rjust(10),
            "date": f"{created:%y%m%d}",
            "time": f"{created:%H%M}",
            "modifier": file.modifier,
            "size": "094",
            "blocking": "10",
            "format": "1",
            "destination_name": _text(file.bank_name, 23, "bank's name"),
            "origin_name": _text(file.origin_name, 23, "origin's name"),
            "reference": file.reference,
        },
    )


def _batch_header(file: AchFile, batch: Batch, number: int) -> str:
    return _record(
        records.BATCH_HEADER,
        {
            "type": "5",
            "service": CREDITS_ONLY,
            "company_name": _text(batch.company_name, 16, "company's name"),
            "discretionary": batch.reference,
            "company_id": batch.company_id,
            "class": CORPORATE,
            "description": _text(batch.description, 10, "entry description"),
            "effective_date": f"{batch.effective_date:%y%m%d}",
            "status": "1",
            "odfi": file.bank_routing[:8],
            "batch": number,
        },
    )


def _batch_control(file: AchFile, batch: Batch, number: int, totals: Totals) -> str:
    fields: records.Values = {
        "type": "8",
        "service": CREDITS_ONLY,
        "company_id": batch.company_id,
        "odfi": file.bank_routing[:8],
    }
    return _record(records.BATCH_CONTROL, {**fields, "batch": number, **totals.fields()})


def _entry(credit: Credit, trace: str) -> Iterable[str]:
    text = _text(credit.addenda, 80, "addenda")
    yield _record(
        records.ENTRY,
        {
            "type": "6",
            "transaction": CREDIT_TO[credit.account_type],
            "rdfi": credit.routing[:8],
            "check_digit": credit.routing[8],
            "account": credit.account_number,
            "cents": int(credit.amount / CENTS),
            "identification": credit.identification,
            "name": _text(credit.name, 22, "receiver's name"),
            "addenda": 1 if text else 0,
            "trace": trace,
        },
    )
    if text:
        addenda: records.Values = {"type": "7", "addenda_type": "05", "text": text, "sequence": 1, "entry": trace[-7:]}
        yield _record(records.ADDENDA, addenda)


def _record(layout: records.Layout, values: records.Values) -> str:
    try:
        return render(layout, values)
    except ValueError as error:
        raise Unwritable(str(error), "Shorten it, or split the file.") from error


def _text(text: str, longest: int, field: str) -> str:
    return spell(text, ASCII, field, longest=longest)
