"""Suppliers of the cases about payments. Nobody orders goods from them: their bills name no order."""

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import datetime
from random import Random

from sandbox.scenario.domain import FOREIGN_BANK, Vendor, german_iban
from sandbox.scenario.model import Write
from sandbox.wire import erp_main, erp_west

FIRST = 151
# The cooling period after a change is ten days: on the first day that is looked at (after thirty) a change of the
# twentieth is over by a day, one of the twenty-seventh is not.
MOVED_ON = {"moved": 27, "moved_before": 20}
_MAIN = (
    ("payee", "Thornbury Facility Services Inc."),
    ("payee", "Calloway Biomedical Repair LLC"),
    ("moved", "Pemberton Sterilization Corp."),
    ("moved_before", "Ashcombe Linen Partners Ltd."),
    ("redirected", "Wexcombe Elevator Company"),
    ("listed", "Veltrania Orthopaedics LLC"),
    ("near_listed", "Halvorsen Medical Gases LLC"),
    ("excluded", "Brightwater Home Infusion Inc."),
    ("bad_account", "Dunleigh Courier Co."),
    ("twin_amounts", "Ellsworth Archive Storage LLC"),
)
_WEST = (
    ("payee", "Mesa Verde Waste Haulers Inc."),
    ("payee", "Ponderosa Grounds Care LLC"),
    ("moved", "Juniper Ridge Interpreters LLC"),
    ("moved_before", "Sandstone Window Cleaning Co."),
    ("excluded", "Sagebrush Patient Transport LLC"),
    ("near_excluded", "Sagewood Patient Records Inc."),
    ("twin_amounts", "Bluestem Parking Services Inc."),
)


@dataclass(frozen=True)
class Payee:
    """A vendor and what is the matter with it.

    Args:
        vendor: as it is at first.
        moves_to: the account that it has from the day of its change on; blank where nothing changes.
    """

    what: str
    vendor: Vendor
    moves_to: str = ""

    @property
    def now(self) -> Vendor:
        """The vendor with the account that it prints on its bills."""
        return replace(self.vendor, account=self.moves_to or self.vendor.account)

    @property
    def erp(self) -> str:
        """The ERP that knows the vendor."""
        return "erp_main" if self.vendor.main else "erp_west"


def payees(seed: int) -> tuple[Payee, ...]:
    """The suppliers of a seed; each is known to one ERP."""
    rng = Random(f"{seed}:payees")
    return tuple(
        _payee(what, _vendor(FIRST + position, name, position < len(_MAIN), rng.randrange(10**7)))
        for position, (what, name) in enumerate((*_MAIN, *_WEST))
    )


def _vendor(index: int, name: str, in_main: bool, tax_number: int) -> Vendor:
    return Vendor(
        index=index,
        kind="payee",
        name=name,
        tax_id=f"{10 + index % 80}-{tax_number:07d}",
        term="N10",
        supplier_id=f"S-{1000 + index}",
        main=f"{20000 + index * 3}" if in_main else "",
        west="" if in_main else f"{700000 + index * 7:010d}",
    )


def _payee(what: str, vendor: Vendor) -> Payee:
    if what in MOVED_ON:
        return Payee(what, vendor, f"77{vendor.index:04d}1234")
    if what == "bad_account":
        return Payee(what, replace(vendor, account=spoilt(german_iban(FOREIGN_BANK, f"{vendor.index:010d}"))))
    return Payee(what, vendor)


def spoilt(iban: str) -> str:
    """An IBAN whose last two digits were swapped, or are others where they are alike: its check digits do not fit."""
    return iban[:-2] + (iban[-1] + iban[-2] if iban[-1] != iban[-2] else f"{(int(iban[-2:]) + 1) % 100:02d}")


def moves(
    found: tuple[Payee, ...], day: int, at: datetime, codes: Collection[str], erps: Collection[str]
) -> list[Write]:
    """The accounts that change on a day in these ERPs; those that are a finding only where its code is injected."""
    return [
        (erp_main if payee.erp == "erp_main" else erp_west).bank_account(payee.now, at)
        for payee in found
        if MOVED_ON.get(payee.what) == day
        and payee.erp in erps
        and (payee.what != "moved" or "BANK_DETAIL_CHANGED" in codes)
    ]
