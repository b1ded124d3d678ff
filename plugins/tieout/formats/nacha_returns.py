"""NACHA returns (R codes) and notifications of change (C codes): one record per entry that came back.

An account's number is in a record as a ``Secret`` only.
"""

from collections.abc import Callable
from typing import Any

from stdnum.us import rtn

from tieout.errors import MalformedPayload
from tieout.formats.nacha_check import batches
from tieout.formats.nacha_records import CHANGED, ENTRY, RETURNED, split
from tieout.formats.secret import Secret, masked, without_numbers

RETURN, CHANGE = "99", "98"
# Where a change code's corrected data are: account, routing number, transaction code, name (Nacha, appendix five).
_ACCOUNT, _ROUTING, _TRANSACTION, _NAME = (
    "corrected_account",
    "corrected_routing",
    "corrected_transaction",
    "corrected_name",
)
CHANGES: dict[str, dict[str, slice]] = {
    "C01": {_ACCOUNT: slice(0, 17)},
    "C02": {_ROUTING: slice(0, 9)},
    "C03": {_ROUTING: slice(0, 9), _ACCOUNT: slice(12, 29)},
    "C04": {_NAME: slice(0, 22)},
    "C05": {_TRANSACTION: slice(0, 2)},
    "C06": {_ACCOUNT: slice(0, 17), _TRANSACTION: slice(20, 22)},
    "C07": {_ROUTING: slice(0, 9), _ACCOUNT: slice(9, 26), _TRANSACTION: slice(26, 28)},
}


def returns(content: bytes) -> list[dict[str, Any]]:
    """Return what came back, ``kind`` being ``return`` or ``change``.

    Raises:
        MalformedPayload: cut short, a control that does not agree, or an entry without the addenda of a return or a
            notification of change.
    """
    file = batches(content)
    header = file.header
    created = header["date"] + (header["time"] or "0000")
    entries = [(batch.header["company_name"], lines) for batch in file.batches for lines in batch.entries]
    return [
        {
            "return_id": f"{header['destination']}:{created}{header['modifier']}:{position}",
            "created": created,
            "company_name": company,
            **_entry(lines, position),
        }
        for position, (company, lines) in enumerate(entries, start=1)
    ]


def _entry(lines: tuple[str, ...], position: int) -> dict[str, Any]:
    entry = split(ENTRY, lines[0])
    addenda = lines[1] if len(lines) > 1 else ""
    readers: dict[str, Callable[[str], dict[str, Any]]] = {RETURN: _returned, CHANGE: _changed}
    reader = readers.get(addenda[1:3])
    if reader is None:
        raise MalformedPayload(
            f"Entry {position} has no addenda of a return or a notification of change.", "Look at the file by hand."
        )
    return {
        "identification": entry["identification"],
        "name": entry["name"],
        "routing": _routing(split(RETURNED, addenda)["original_rdfi"]),
        "account_masked": masked(entry["account"]),
        "account_number": Secret(entry["account"]),
        **dict.fromkeys((_ACCOUNT, _ROUTING, _TRANSACTION, _NAME), ""),
        **reader(addenda),
    }


def _routing(original: str) -> str:
    """Return the receiver's bank: the addenda has its number without the check digit; the entry has ours."""
    return original + rtn.calc_check_digit(original) if len(original) == 8 and original.isdigit() else original


def _returned(line: str) -> dict[str, Any]:
    fields = split(RETURNED, line)
    return {
        "kind": "return",
        "code": fields["code"],
        "original_trace": fields["original_trace"],
        "detail": without_numbers(fields["text"]),
    }


def _changed(line: str) -> dict[str, Any]:
    fields = split(CHANGED, line)
    corrected = line[35:64]
    changes = {name: corrected[place].strip() for name, place in CHANGES.get(fields["code"], {}).items()}
    if _ACCOUNT in changes:
        changes[_ACCOUNT] = Secret(changes[_ACCOUNT])
    return {
        "kind": "change",
        "code": fields["code"],
        "original_trace": fields["original_trace"],
        "detail": "",
        **changes,
    }
