"""The lists of a scenario: organisations that nobody outside of it knows. One of its suppliers is on each."""

from collections.abc import Collection
from datetime import datetime

from sandbox.scenario.model import FileDrop
from sandbox.scenario.payees import Payee, payees
from sandbox.wire import screening
from sandbox.wire.screening import Excluded, Sanctioned

UPDATED_ON = 32  # the day on which a longer list comes
_ENTRIES = (
    Sanctioned(
        90001,
        "KRASNOVET MEDICAL TRADING FZE",
        "SDGT",
        ("KMT FZE",),
        (("Warehouse 14, Free Zone", "Port Ostrava", "Ruritania"),),
    ),
    Sanctioned(
        90002,
        "HALVORSEN MARINE HOLDINGS SA",
        "IRAN",
        ("HALVORSEN SHIPPING",),
        (("Quay 3", "Puerto Nuevo", "Costaguana"),),
    ),
    Sanctioned(90003, "ORION BALLISTICS BUREAU", "NPWMD", (), (("12 Factory Street", "Grozevo", "Ruritania"),)),
    Sanctioned(90004, "TAMARISK GENERAL SUPPLIES", "SYRIA", ("TAMARISK STORES", "AL TAMARISK CO")),
)
_LATER = Sanctioned(90005, "SABLE RIVER COMMODITIES LLP", "RUSSIA-EO14024", ("SABLE RIVER TRADING",))
_CLINIC = ("CLINIC", "LABORATORY", "8 Ferry Road", "Findlay", "OH", "45840", "1128a1", "20230420")
_HOSPICE = ("HOSPICE", "", "77 Spruce Court", "Golden", "CO", "80401", "1128b8", "20240619")
_EXCLUDED = (Excluded("Cold Harbor Lab Partners", *_CLINIC), Excluded("Mirror Lake Hospice", *_HOSPICE))


def files(seed: int, day: int, at: datetime, codes: Collection[str], erps: Collection[str]) -> list[FileDrop]:
    """The lists of a day: whole ones on the first, and again on the day on which they grow.

    Suppliers of these ERPs are on them where the code of the finding is injected.
    """
    if day not in (1, UPDATED_ON):
        return []
    wanted = "SCREENING_HIT" in codes
    hits = tuple(payee for payee in payees(seed) if wanted and payee.erp in erps)
    listed = [*_listed(hits), *([_LATER] if day == UPDATED_ON else [])]
    contents = {
        "sdn.csv": screening.sdn(listed),
        "alt.csv": screening.alt(listed),
        "add.csv": screening.add(listed),
        "leie.csv": screening.leie([*_EXCLUDED, *_excluded(hits)]),
    }
    return [FileDrop("screening", name, content, at) for name, content in contents.items()]


def _listed(hits: tuple[Payee, ...]) -> list[Sanctioned]:
    """The sanctions list; a supplier's name is an alias of its first entry, in the publisher's spelling."""
    names = [payee.vendor.name for payee in hits if payee.what == "listed"]
    first, *others = _ENTRIES
    aliases = (*first.aliases, *(name.upper().replace(",", "") for name in names))
    return [Sanctioned(first.number, first.name, first.program, aliases, first.addresses), *others]


def _excluded(hits: tuple[Payee, ...]) -> list[Excluded]:
    """The suppliers that are excluded, at the addresses that their vendor masters have."""
    found = []
    for payee in hits:
        if payee.what == "excluded":
            vendor = payee.vendor
            street, city, code = vendor.address_in(payee.erp)
            state = "OH" if payee.erp == "erp_main" else "CO"
            found.append(
                Excluded(
                    vendor.name, "OTHER BUSINESS", "OWNER/OPERATOR", street, city, state, code, "1128a1", "20250918"
                )
            )
    return found
