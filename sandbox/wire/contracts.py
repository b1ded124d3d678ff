"""Price lists of purchasing contracts: CSV as a group purchasing organisation mails it."""

import csv
import io
from collections.abc import Sequence
from datetime import date

from sandbox.scenario.domain import Item, Vendor

COLUMNS = (
    *("Contract", "GPO", "Item", "UOM", "Price", "Currency"),
    *("Valid From", "Valid To", "Tier", "Vendor Number", "Vendor Name"),
)
UNIT_WORDS = {"EA": "Each", "BX": "Box", "CS": "Case"}


def price_list(contract: str, items: Sequence[tuple[Item, Vendor]], begin: date, end: date) -> bytes:
    """One row per item and unit; US dates, a byte-order mark."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(COLUMNS)
    for item, vendor in items:
        for unit in item.factors:
            price = f"{item.price_of(unit):,.2f}"
            dates = (begin.strftime("%m/%d/%Y"), end.strftime("%m/%d/%Y"))
            names = (vendor.main or vendor.west, vendor.name)
            writer.writerow(
                [contract, "MERIDIAN GPO", item.number, UNIT_WORDS[unit], price, "USD", *dates, "1", *names]
            )
    return text.getvalue().encode("utf-8-sig")
