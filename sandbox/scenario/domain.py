"""The group's business in plain terms, before any platform spells it."""

from dataclasses import dataclass, field, replace
from datetime import date, datetime
from decimal import Decimal

CENT = Decimal("0.01")
OPENING_BALANCE = Decimal("2500000.00")  # of each account before the first day


STREETS = (
    *("Commerce Way", "Mill Road", "Harbor Street", "Quarry Lane", "Orchard Avenue", "Depot Street", "Summit Drive"),
    *("Foundry Court", "Lexington Avenue", "Walnut Street", "Airport Boulevard", "Canal Road", "Prospect Place"),
    *("Industrial Parkway", "Juniper Lane", "Beech Street", "Old Tavern Road", "University Avenue", "Ridge Court"),
)
OHIO = ("Columbus", "Dayton", "Toledo", "Akron", "Mansfield", "Zanesville", "Lima", "Findlay", "Marietta", "Elyria")
COLORADO = ("Denver", "Pueblo", "Boulder", "Greeley", "Durango", "Aurora", "Golden", "Montrose", "Loveland", "Salida")


ROUTING = "021000021"
# Every tenth vendor of the first ERP alone has an account abroad; the second ERP's network takes none.
FOREIGN_BANK, FOREIGN_BIC, ABROAD = "99988877", "ESTADE99XXX", 5


def german_iban(bank: str, number: str) -> str:
    """The IBAN of an account, with its check digits (ISO 13616)."""
    check = 98 - int(f"{bank}{number}131400") % 97
    return f"DE{check:02d}{bank}{number}"


@dataclass(frozen=True, slots=True)
class Entity:
    """A facility, and what each system calls it."""

    entity_id: str
    name: str
    erp: str
    company: str
    unit: str
    site: str
    account: str
    account_number: str
    share: int


ENTITIES: tuple[Entity, ...] = (
    Entity("H1", "North Hospital", "erp_main", "US01", "BU-NORTH", "NOR", "NORTH OPERATING", "4400100047", 18),
    Entity("H2", "Lake Hospital", "erp_main", "US02", "BU-LAKE", "LAK", "LAKE OPERATING", "4400200058", 14),
    Entity(
        "DC1", "Distribution Centre", "erp_main", "US05", "BU-DIST", "DCX", "DISTRIBUTION OPERATING", "4400500081", 8
    ),
    Entity("H3", "West Hospital", "erp_west", "W100", "BU-WEST", "WST", "WEST OPERATING", "7700100012", 14),
    Entity("AMB1", "Westside Clinic", "erp_west", "W200", "BU-CLINIC", "AMB", "CLINIC OPERATING", "7700200023", 6),
)


@dataclass(frozen=True, slots=True)
class Vendor:
    """A real supplier; `main` and `west` are its numbers in the two ERPs, blank where it is not known there."""

    index: int
    kind: str  # goods, service, utility, or leaving (blocked during the month)
    name: str
    tax_id: str
    term: str
    supplier_id: str
    main: str = ""
    west: str = ""
    linked: bool = True  # AP's copy names the ERP's number; else only the tax id ties them
    leaves_on: date | None = None
    account: str = ""  # the bank account, where it is not the one that follows from the index

    def number_in(self, erp: str) -> str:
        """The vendor's number in an ERP."""
        return self.main if erp == "erp_main" else self.west

    @property
    def account_number(self) -> str:
        """The bank account that payments go to."""
        if self.account:
            return self.account
        number = f"88{self.index:04d}{(self.index * 7919) % 10000:04d}"
        abroad = not self.west and self.kind != "payee" and self.index % 10 == ABROAD
        return german_iban(FOREIGN_BANK, number) if abroad else number

    @property
    def routing(self) -> str:
        """The bank of the account: a routing number, or the BIC of a bank abroad."""
        return FOREIGN_BIC if self.account_number[:2].isalpha() else ROUTING

    def address_in(self, erp: str) -> tuple[str, str, str]:
        """Street, city and postal code as an ERP has them: another site of the vendor in each."""
        street = STREETS[(self.index * 7 + len(erp)) % len(STREETS)]
        cities = OHIO if erp == "erp_main" else COLORADO
        prefix = 43 if erp == "erp_main" else 80
        position = self.index % len(cities)
        return (
            f"{100 + self.index * 53 % 8900} {street}",
            cities[position],
            f"{prefix}{position * 80 + self.index % 80:03d}",
        )


Packs = dict[str, tuple[int, int]]
"""Units of an item: eaches in one, numerator and denominator."""


@dataclass(frozen=True, slots=True)
class Item:
    """A catalogue item. Prices are per each; `factors` are eaches per unit."""

    number: str
    west: str
    description: str
    category: str
    vendor: int
    price: Decimal
    factors: dict[str, int]
    contract: str = ""

    def number_in(self, system: str) -> str:
        """The item's number in a system."""
        return self.west if system == "erp_west" else self.number

    def price_of(self, unit: str) -> Decimal:
        """The catalogue price of a unit."""
        return self.price * self.factors[unit]


@dataclass(slots=True)
class PoLine:
    """A purchase order line."""

    number: int
    item: Item | None
    description: str
    qty: int
    unit: str
    price: Decimal
    tax_code: str
    account: str
    cost_center: str
    need_by: date
    match_type: str = ""  # where the ERP says so: two_way, three_way, four_way, receipt_only
    by_amount: bool = False  # ordered in money: quantities are amounts, the price is 1
    requester: str = ""
    status: str = "open"
    closed_at: datetime | None = None

    @property
    def amount(self) -> Decimal:
        """Ordered amount."""
        return (self.price * self.qty).quantize(CENT)


@dataclass(slots=True)
class Po:
    """A purchase order in its present state."""

    number: str
    entity: Entity
    vendor: Vendor
    lines: list[PoLine]
    created: datetime
    buyer: str
    requisition: str
    status: str = "sent"
    approved: datetime | None = None
    sent: datetime | None = None
    closed: datetime | None = None
    freight: Decimal = Decimal(0)
    other: Decimal = Decimal(0)
    currency: str = "USD"
    contract: str = ""

    @property
    def po_id(self) -> str:
        """Canonical id."""
        return f"{self.entity.erp}:{self.number}"

    def line_id(self, line: PoLine) -> str:
        """Canonical id of a line."""
        return f"{self.po_id}:{line.number}"

    def copy(self, **line_changes: object) -> "Po":
        """An independent copy; `line_changes` go to the first line."""
        first = replace(self.lines[0], **line_changes)  # type: ignore[arg-type]
        return replace(self, lines=[first, *map(replace, self.lines[1:])])


@dataclass(slots=True)
class Receipt:
    """A receipt or return line; quantities in the unit it was counted in."""

    ref: str
    po: Po
    line: PoLine
    qty: int
    unit: str
    received: datetime
    posted: datetime
    clerk: str
    kind: str = "receipt"
    rejected: int = 0
    names: str = ""
    waiting: int | None = 0  # of the quantity, what inspection has not looked at; None: it has not begun

    @property
    def accepted(self) -> int | None:
        """What was accepted on inspection; returns are not inspected."""
        return None if self.kind == "return" or self.waiting is None else self.qty - self.rejected - self.waiting


@dataclass(slots=True)
class InvoiceLine:
    """An invoice line. `po_number` and `po_line` are what the paper says, whether that exists or not."""

    number: int
    po_number: str
    po_line: int | None
    item_number: str
    description: str
    qty: Decimal | None
    unit: str
    price: Decimal
    amount: Decimal
    tax_code: str
    account: str
    cost_center: str
    receipt_ref: str = ""
    credits_ref: str = ""
    credits_line: int | None = None


@dataclass(slots=True)
class Invoice:
    """An invoice or credit memo in its present state."""

    ref: str
    entity: Entity
    supplier_id: str
    erp_vendor: str
    number: str
    po_number: str
    dated: date | None
    received: datetime
    term: str
    due: date | None
    remit_to: str
    lines: list[InvoiceLine]
    kind: str = "invoice"
    currency: str = "USD"
    bare_net: Decimal = Decimal("0.00")  # the net amount of an invoice that carries no lines
    tax: Decimal = Decimal(0)
    freight: Decimal = Decimal(0)
    other: Decimal = Decimal(0)
    off: Decimal = Decimal(0)  # by how much the total was misprinted
    status: str = "entered"
    approved: datetime | None = None
    approver: str = ""
    document: str = ""
    posted: datetime | None = None
    extra: dict[str, object] = field(default_factory=dict)

    @property
    def invoice_id(self) -> str:
        """Canonical id."""
        return f"ap:{self.ref}"

    @property
    def net(self) -> Decimal:
        """Sum of lines, or the net amount of an invoice without lines."""
        return sum((line.amount for line in self.lines), self.bare_net)

    @property
    def gross(self) -> Decimal:
        """The total as printed."""
        return self.net + self.tax + self.freight + self.other + self.off

    def line_id(self, number: int) -> str:
        """Canonical id of a line."""
        return f"{self.invoice_id}:{number}"


@dataclass(frozen=True, slots=True)
class Payment:
    """A payment of one invoice, less a discount that was taken."""

    ref: str
    batch: str
    end_to_end_id: str
    invoice: Invoice
    sent: datetime
    status: str = "sent"
    settled: datetime | None = None
    discount: Decimal = Decimal(0)

    @property
    def amount(self) -> Decimal:
        """What is paid."""
        return self.invoice.gross - self.discount


@dataclass(frozen=True, slots=True)
class Journal:
    """A journal: lines of (account, cost centre, amount; a debit is positive). It balances."""

    ref: str
    company: str
    source: str
    document: str
    lines: tuple[tuple[str, str, Decimal], ...]
    currency: str = "USD"


@dataclass(frozen=True, slots=True)
class Chart:
    """Accounts and cost centres of a company; by account what its ERP says of what it controls."""

    accounts: tuple[tuple[str, str, str], ...]
    cost_centers: tuple[tuple[str, str], ...]
    controls: dict[str, str]

    def locations(self, entity: Entity) -> list[tuple[str, str, str]]:
        """Locations of an entity: code, name, use."""
        return [
            (f"{entity.company}-DOCK", f"{entity.name}, receiving dock", "SHIP-TO"),
            (f"{entity.company}-STORE", f"{entity.name}, main store", "STOCK"),
        ]


_CENTERS = (
    ("CC100", "Operating rooms"),
    ("CC200", "Nursing"),
    ("CC300", "Pharmacy"),
    ("CC400", "Laboratory"),
    ("CC900", "Facilities"),
)
_NAMES = (
    ("cash", "Cash", "asset"),
    ("inventory", "Inventory", "asset"),
    ("tax", "Input tax", "asset"),
    ("payables", "Accounts payable", "liability"),
    ("received", "Goods received, not invoiced", "liability"),
    ("supplies", "Medical supplies", "expense"),
    ("charges", "Freight and charges", "expense"),
    ("drugs", "Drugs", "expense"),
    ("services", "Purchased services", "expense"),
    ("utilities", "Utilities", "expense"),
    ("other", "Other supplies", "expense"),
    ("fees", "Bank fees", "expense"),
    ("discounts", "Discounts taken", "expense"),
    ("clearing", "Patient accounts and money on its way", "asset"),
    ("opening", "Opening balances", "liability"),
)
ACCOUNTS: dict[str, dict[str, str]] = {
    erp: dict(zip((name for name, _, _ in _NAMES), codes.split(), strict=True))
    for erp, codes in {
        "erp_main": "1010 1400 1480 2100 2150 6100 6190 6200 6400 6500 6900 6950 6960 1090 3000",
        "erp_west": "113100 300000 154000 160000 191100 400000 473000 402000 415000 416000 420000"
        " 479000 479100 113900 070000",
    }.items()
}
# What each ERP says of an account that a subledger controls: Oracle's control accounts, SAP's account of vendors.
CONTROLS: dict[str, dict[str, str]] = {
    "erp_main": {"payables": "SUPPLIER", "received": "ACCRUAL", "cash": "CASH"},
    "erp_west": {"payables": "K"},
}
CHARTS: dict[str, Chart] = {
    erp: Chart(
        tuple((codes[name], text, kind) for name, text, kind in _NAMES),
        _CENTERS,
        {codes[name]: word for name, word in CONTROLS[erp].items()},
    )
    for erp, codes in ACCOUNTS.items()
}
