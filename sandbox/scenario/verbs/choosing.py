"""Who sells, and what is wanted."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from sandbox.scenario.book import Untellable
from sandbox.scenario.domain import Item, Vendor
from sandbox.scenario.verbs.case import Case

# Entity (any where blank) and category whose match type is another by our own rule.
RULED = {("", "FOOD"), ("AMB1", "IMPLANT")}


@dataclass(frozen=True, slots=True)
class Want:
    """What a PO line asks for; a price of None is the catalogue's."""

    item: Item | None
    qty: int
    unit: str = "EA"
    price: Decimal | None = None
    description: str = ""
    match_type: str = ""
    by_amount: bool = False


class Choosing(Case):
    """Draws vendors and items that a case can use."""

    def vendor(self, kind: str = "goods", lines: int = 1) -> Vendor:
        """A vendor of the entity that sells enough items."""
        sellers = self.book.masters.sellers(self.entity, kind)
        if kind == "goods":
            sellers = [vendor for vendor in sellers if len(self.usable(vendor)) >= lines]
        return self.rng.choice(sellers)

    def usable(self, vendor: Vendor, *, free: bool = False, category: str = "") -> list[Item]:
        """What a vendor sells that needs receipt and invoice; `free` of contracts, of one category."""
        return [
            item
            for item in self.book.masters.items_of(vendor)
            if (self.entity.entity_id, item.category) not in RULED
            and ("", item.category) not in RULED
            and not (free and item.contract)
            and (not category or item.category == category)
        ]

    def seller_of(self, *categories: str) -> tuple[Vendor, Item]:
        """A vendor with an item of one of the categories that is under no contract."""
        found = [
            (vendor, item)
            for vendor in self.book.masters.sellers(self.entity, "goods")
            for category in categories
            for item in self.usable(vendor, free=True, category=category)
        ]
        return self.pick(found)

    def pick(self, candidates: Sequence[Any]) -> Any:
        """One of the candidates.

        Raises:
            Untellable: there is none.
        """
        if not candidates:
            raise Untellable
        return self.rng.choice(candidates)

    def wants(self, vendor: Vendor, lines: int) -> list[Want]:
        """Goods of a vendor in eaches, boxes or cases."""
        chosen = self.rng.sample(self.usable(vendor), lines)
        return [self.want(item) for item in chosen]

    def want(self, item: Item) -> Want:
        """A quantity of an item in one of its units."""
        unit = self.rng.choice([unit for unit in ("EA", "EA", "BX", "CS") if unit in item.factors])
        most = {"EA": 240, "BX": 60, "CS": 20}[unit] if item.category != "IMPLANT" else 12
        return Want(item, self.rng.randrange(4, most), unit)
