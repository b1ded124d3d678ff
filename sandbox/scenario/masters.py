"""Vendors and items of the group, with the mess that hospitals have, and who holds a copy of what."""

from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from functools import cached_property
from random import Random

from sandbox.scenario.domain import CHARTS, Entity, Item, Vendor
from sandbox.scenario.model import Write, date_of
from sandbox.scenario.payees import payees
from sandbox.wire import ap, erp_main, erp_west, supply

WORDS_A = (
    *("Alder", "Beacon", "Cascade", "Dunmore", "Everett", "Fairview"),
    *("Granite", "Harbor", "Ironwood", "Juniper", "Keystone", "Lakeland"),
)
WORDS_B = (
    *("Medical", "Surgical", "Diagnostic", "Pharma", "Biologics", "Instruments"),
    *("Imaging", "Supply", "Laboratory", "Devices", "Foods", "Office"),
)
FORMS = ("Inc.", "LLC", "Corp.", "Co.", "Ltd.")
CATEGORIES: tuple[tuple[str, str, int], ...] = (
    ("MEDSURG", "Glove Gown Drape Syringe Catheter Dressing Mask Tubing", 130),
    ("PHARMA", "Saline Heparin Lidocaine Ketorolac Insulin", 50),
    ("IMPLANT", "Screw Plate Stent Graft", 30),
    ("LAB", "Reagent Slide Pipette Vial", 50),
    ("OFFICE", "Paper Toner Folder", 25),
    ("FOOD", "Broth Puree Thickener", 15),
)
BOTH, MAIN_ONLY, WEST_ONLY = 30, 90, 30
SERVICES, UTILITIES, LEAVING = 12, 5, 14
LEAVING_DAYS = (4, 9, 14, 18, 22, 26, 29)
DAILY, SELDOM, SELDOM_EVERY = ("EUR", "CAD"), ("GBP",), 9


@dataclass(frozen=True)
class Masters:
    """The group's vendors and items."""

    vendors: tuple[Vendor, ...]
    items: tuple[Item, ...]
    substitutes: dict[str, str] = field(default_factory=dict)

    def sellers(self, entity: Entity, kind: str) -> list[Vendor]:
        """Vendors of a kind that an entity's ERP knows."""
        return [vendor for vendor in self.vendors if vendor.kind == kind and vendor.number_in(entity.erp)]

    def items_of(self, vendor: Vendor) -> list[Item]:
        """What a vendor sells."""
        return self._items_by_vendor.get(vendor.index, [])

    @cached_property
    def counted_items(self) -> tuple[Item, ...]:
        """Items that are counted as a matter of routine; the counts of the others belong to cases alone."""
        return tuple(item for position, item in enumerate(self.items) if position % 8)

    @cached_property
    def _items_by_vendor(self) -> dict[int, list[Item]]:
        found: dict[int, list[Item]] = {}
        for item in self.items:
            found.setdefault(item.vendor, []).append(item)
        return found


def make_masters(seed: int) -> Masters:
    """Vendors and items of a seed."""
    rng = Random(f"{seed}:masters")
    traders = tuple(_vendor(rng, index) for index in range(1, BOTH + MAIN_ONLY + WEST_ONLY + 1))
    vendors = (*traders, *(payee.vendor for payee in payees(seed)))
    items = tuple(_items(rng, [vendor for vendor in vendors if vendor.kind in ("goods", "leaving")]))
    return Masters(vendors, items, _substitutes(items))


def _vendor(rng: Random, index: int) -> Vendor:
    """The first vendors are known to both ERPs, then those of the first, then those of the second."""
    in_main, in_west = index <= BOTH + MAIN_ONLY, index <= BOTH or index > BOTH + MAIN_ONLY
    kind = _kind_of(index)
    name = f"{WORDS_A[index % 12]} {WORDS_B[(index // 12 + index) % 12]} {FORMS[index % 5]}"
    if index > 144:
        name = f"{name.removesuffix(FORMS[index % 5]).strip()} West {FORMS[index % 5]}"
    both = in_main and in_west
    tax_id = f"{10 + index % 80}-{rng.randrange(10**7):07d}" if both or rng.random() < 0.9 else ""
    leaves = date_of(LEAVING_DAYS[index % len(LEAVING_DAYS)]) if kind == "leaving" else None
    return Vendor(
        index=index,
        kind=kind,
        name=name,
        tax_id=tax_id,
        term=rng.choice(("N30", "N30", "N30", "N45", "N10", "N10", "D210")),
        supplier_id=f"S-{1000 + index}",
        main=f"{20000 + index * 3}" if in_main else "",
        west=f"{700000 + index * 7:010d}" if in_west else "",
        linked=not tax_id or rng.random() < 0.7,
        leaves_on=leaves,
    )


def _kind_of(index: int) -> str:
    """Every kind is among the vendors of each ERP; those that leave are known to one ERP only."""
    if index <= BOTH:
        return "service" if index % 6 == 0 else "goods"
    place = index - BOTH if index <= BOTH + MAIN_ONLY else index - BOTH - MAIN_ONLY
    if place <= 4:
        return "utility"
    if place <= 8:
        return "service"
    return "leaving" if place <= 15 else "goods"


def _items(rng: Random, sellers: list[Vendor]) -> list[Item]:
    """Items in rotation over vendors; about two of five are under contract. Prices are whole cents."""
    items = []
    kinds = [(category, words.split()) for category, words, count in CATEGORIES for _ in range(count)]
    rng.shuffle(kinds)
    for position, (category, words) in enumerate(kinds):
        number = f"{100000 + position * 37}"
        box, case = rng.choice((6, 10, 12, 20, 24)), rng.choice((4, 8, 10))
        factors = {"EA": 1, "BX": box, "CS": box * case} if category != "IMPLANT" else {"EA": 1, "BX": box}
        price = Decimal(rng.randrange(*{"IMPLANT": (12000, 90000), "PHARMA": (150, 6000)}.get(category, (25, 2400))))
        items.append(
            Item(
                number=number,
                west=f"M-{80000 + position * 11}",
                description=f"{rng.choice(words)} {rng.choice('SMLX')}{position:03d}",
                category=category,
                vendor=sellers[position % len(sellers)].index,
                price=price / 100,
                factors=factors,
                contract=f"GPO-{category[:3]}-26" if rng.random() < 0.4 else "",
            )
        )
    return items


def _substitutes(items: tuple[Item, ...]) -> dict[str, str]:
    """Every seventh item has an approved substitute of its category."""
    result = {}
    for position, item in enumerate(items):
        if position % 7 == 0:
            others = [other for other in items if other.category == item.category and other is not item]
            result[item.number] = others[position % len(others)].number
    return result


def _printed(rng: Random, name: str) -> str:
    """A vendor's name as another system keeps it."""
    return rng.choice(
        (name, name.upper(), name.replace("Inc.", "Incorporated"), name.replace(".", "").replace(" ", "  "))
    )


def opening_writes(masters: Masters, entities: tuple[Entity, ...], seed: int, at: datetime) -> list[Write]:
    """All master data as of the first day."""
    rng = Random(f"{seed}:names")
    return [
        *(write for vendor in masters.vendors for write in _vendor_writes(rng, vendor, at)),
        *(write for item in masters.items for write in _item_writes(item, at)),
        *(supply.substitute(item, instead, at) for item, instead in masters.substitutes.items()),
        *(write for entity in entities for write in _entity_writes(entity, at)),
        *erp_main.group_data(at),
        *erp_west.group_data(at),
    ]


def _vendor_writes(rng: Random, vendor: Vendor, at: datetime) -> list[Write]:
    writes = [ap.supplier(vendor, _printed(rng, vendor.name), at), supply.vendor(vendor, at)]
    if vendor.main:
        writes += [erp_main.supplier(vendor, vendor.name, at), erp_main.bank_account(vendor, at)]
    if vendor.west:
        writes += [erp_west.supplier(vendor, _printed(rng, vendor.name), at), erp_west.bank_account(vendor, at)]
    return writes


def _item_writes(item: Item, at: datetime) -> list[Write]:
    packs = {unit: (factor, 1) for unit, factor in item.factors.items() if unit != "EA"}
    return [
        supply.item(item, at),
        *supply.units(item, at),
        erp_main.item(item, at),
        *erp_main.packs(item, packs, at),
        *erp_west.packs(item, packs, at),
    ]


def _entity_writes(entity: Entity, at: datetime) -> list[Write]:
    wire = erp_main if entity.erp == "erp_main" else erp_west
    return wire.reference_data(entity, CHARTS[entity.erp], at)


def vendor_leaves(vendor: Vendor, at: datetime) -> list[Write]:
    """Everybody learns that a vendor is blocked."""
    wire = erp_main if vendor.main else erp_west
    return [wire.supplier(vendor, vendor.name, at, blocked=True), ap.supplier(vendor, vendor.name, at, blocked=True)]


def rates_of(day: date, seed: int) -> dict[str, Decimal]:
    """Exchange rates of a day to US dollars."""
    rng = Random(f"{seed}:rates:{day}")
    return {
        "EUR": Decimal(10800 + rng.randrange(200)) / 10000,
        "CAD": Decimal(7300 + rng.randrange(150)) / 10000,
        "GBP": Decimal(12600 + rng.randrange(200)) / 10000,
    }
