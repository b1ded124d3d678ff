"""Writes what comes back by the ACH: returns (reasons R..) and notifications of change (C..), as a NACHA file."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from sandbox.bank.accounts import NAME, ROUTING

WIDTH, BLOCK = 94, 10
RETURNED, CORRECTED = "99", "98"


@dataclass(frozen=True, slots=True)
class Returned:
    """An entry that comes back, or a correction of one (its code begins with C)."""

    code: str
    trace: str  # of the original entry
    end_to_end_id: str
    amount: Decimal
    receiver: str  # routing number of the bank that sends it back
    account: str
    creditor: str
    text: str = ""  # of a correction: what is right

    @property
    def is_correction(self) -> bool:
        """Whether it is a notification of change; it moves no money."""
        return self.code.startswith("C")


def write(entries: Sequence[Returned], company: str, at: datetime, modifier: str = "A") -> bytes:
    """Render a file; corrections are in a batch of their own.

    Args:
        entries: what comes back.
        company: the originator that gets it.
        at: when the file was made.
        modifier: tells files of one minute apart.
    """
    parts = [
        ("CCD", [entry for entry in entries if not entry.is_correction]),
        ("COR", [entry for entry in entries if entry.is_correction]),
    ]
    lines = [
        f"101{company:>10.10}{ROUTING:>10}{at:%y%m%d%H%M}{modifier}094101{'LAKE AND WEST GROUP':<23}{NAME:<23}{'':8}"
    ]
    totals: list[tuple[int, int, int]] = []
    for number, (kind, batch) in enumerate(((kind, batch) for kind, batch in parts if batch), start=1):
        written, total = _batch(kind, batch, company, at, number)
        lines += written
        totals.append(total)
    count, hashed, cents = (sum(column) for column in zip(*totals, strict=True))
    blocks = -(-(len(lines) + 1) // BLOCK)
    lines.append(f"9{len(totals):06}{blocks:06}{count:08}{hashed % 10**10:010}{0:012}{cents:012}{'':39}")
    lines += ["9" * WIDTH] * (blocks * BLOCK - len(lines))
    return ("\n".join(lines) + "\n").encode("ascii")


def _batch(
    kind: str, entries: Sequence[Returned], company: str, at: datetime, number: int
) -> tuple[list[str], tuple[int, int, int]]:
    """Lines of a batch, and its (records, entry hash, cents)."""
    lines = [
        f"5200{'WESTSIDE CLINIC':<16}{'':20}{company:>10.10}{kind}{'PAYMENTS':<10}{at:%y%m%d}{at:%y%m%d}"
        f"{'':3}1{ROUTING[:8]}{number:07}"
    ]
    for position, entry in enumerate(entries, start=1):
        trace = f"{entry.receiver[:8]:0>8}{position:07}"
        cents = 0 if entry.is_correction else int(entry.amount * 100)
        whom = f"{entry.end_to_end_id:<15.15}{entry.creditor:<22.22}"
        lines.append(f"621{ROUTING}{entry.account:<17.17}{cents:010}{whom}  1{trace}")
        lines.append(_addendum(entry, trace))
    count, hashed = 2 * len(entries), int(ROUTING[:8]) * len(entries)
    cents = sum(0 if entry.is_correction else int(entry.amount * 100) for entry in entries)
    lines.append(
        f"8200{count:06}{hashed % 10**10:010}{0:012}{cents:012}{company:>10.10}{'':19}{'':6}{ROUTING[:8]}{number:07}"
    )
    return lines, (count, hashed, cents)


def _addendum(entry: Returned, trace: str) -> str:
    kind = CORRECTED if entry.is_correction else RETURNED
    text = f"{entry.text:<29.29}{'':15}" if entry.is_correction else f"{entry.text:<44.44}"
    return f"7{kind}{entry.code:<3.3}{entry.trace:0>15.15}{'':6}{entry.receiver[:8]:0>8}{text}{trace}"
