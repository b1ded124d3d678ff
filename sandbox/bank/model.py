"""What the bank is asked to do, whatever file asked for it."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal


class FileRefused(Exception):
    """A file that the bank takes nothing of.

    Args:
        code: ISO 20022 status reason.
        text: what is wrong.
        message_id: of the file, blank where it has none that can be read.
    """

    def __init__(self, code: str, text: str, message_id: str = "") -> None:
        super().__init__(text)
        self.code = code
        self.text = text
        self.message_id = message_id


@dataclass(frozen=True, slots=True)
class Instruction:
    """One payment. A date that is None stands for the next day of business."""

    message_id: str
    group_ref: str
    instruction_id: str
    end_to_end_id: str
    account: str
    amount: Decimal
    currency: str
    creditor: str
    creditor_account: str
    creditor_routing: str
    remittance: str
    method: str  # credit_transfer, ach or cheque
    structured_ref: str = ""
    requested: date | None = None
    as_batch: bool = False  # the group is booked in one sum
    trace: str = ""


@dataclass(frozen=True, slots=True)
class PaymentFile:
    """A file that could be read."""

    message_id: str
    kind: str  # pain.001, nacha or positive_pay
    instructions: tuple[Instruction, ...]
    origin: str = ""  # whom a NACHA file names as originator


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the bank says of a payment: a status of ISO 20022, with a reason where it refuses."""

    status: str
    code: str = ""
    text: str = ""
