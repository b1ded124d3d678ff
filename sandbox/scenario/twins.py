"""Suppliers that were set up several times, in one ERP or in both, and near misses of them. Nobody orders from them.

They come from ``sandbox.vendors``, by the estate's seed. Each vendor number of the estate has a label of kind vendor
whose case is the organisation behind it.
"""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime

from sandbox.scenario.masters import Masters
from sandbox.scenario.model import Label, Write
from sandbox.vendors.masters import TEST, master
from sandbox.vendors.model import Record
from sandbox.wire import erp_main, erp_west, supply

ORGANISATIONS = 48
FIRST_MAIN, FIRST_WEST = 31_000, 790_000
# Terms that the estate's ERPs have.
TERMS = {"N60": "N45", "2/10 N30": "D210", "": "N30"}


def twins(seed: int) -> list[tuple[str, Record]]:
    """Return (system, record) with the record's ``vendor_id`` as its number there."""
    found = []
    for position, record in enumerate(master(ORGANISATIONS, seed, TEST)):
        system = "erp_main" if position % 2 else "erp_west"
        number = f"{FIRST_MAIN + position}" if position % 2 else f"{FIRST_WEST + position:010d}"
        term = TERMS.get(record.payment_term_code, record.payment_term_code)
        found.append((system, replace(record, vendor_id=number, payment_term_code=term)))
    return found


def twin_writes(seed: int, at: datetime) -> list[Write]:
    """The vendors and their bank accounts."""
    writes = []
    for system, record in twins(seed):
        wire = erp_main if system == "erp_main" else erp_west
        writes.append(wire.supplier_record(record, at))
        if record.bank_account:
            writes.append(wire.record_account(record, at))
    return writes


def vendor_labels(masters: Masters, seed: int, day: date) -> list[Label]:
    """A label for each vendor number of the estate: which organisation it stands for."""
    return [
        Label("VENDOR", "vendor", subject, day, day, case=case, kind="vendor")
        for subject, case in _known(masters, seed)
    ]


def _known(masters: Masters, seed: int) -> Iterator[tuple[str, str]]:
    for vendor in masters.vendors:
        numbers = {
            "erp_main": vendor.main,
            "erp_west": vendor.west,
            "ap": vendor.supplier_id,
            "supply": supply.vendor_number(vendor),
        }
        for system, number in numbers.items():
            if number:
                yield f"{system}:{number}", f"supplier {vendor.index}"
    for system, record in twins(seed):
        yield f"{system}:{record.vendor_id}", f"organisation {record.entity}"
