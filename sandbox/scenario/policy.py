"""The limits that config/policies grants, so that findings and near misses know how far to go."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

# Entities whose ERP makes no payments of its own: those that have `payment_origin: tieout` in config/entities.
TIEOUT_PAYS: tuple[str, ...] = ("H2", "AMB1")
GRACE_DAYS = 5
FOOTING = Decimal("0.02")
SYNC_HOURS = 24
POSTING_HOURS = 24
ACCRUAL_DAYS = 60
STOCK_PERCENT = 5
CLERK_LIMIT, LEAD_LIMIT = Decimal("5000.00"), Decimal("25000.00")  # of approvals
DELEGATED_UNTIL = 20  # the day in March on which the lead's delegation ends
COOLING_DAYS = 10
UNCONFIRMED_DAYS = 2
UNMATCHED_DAYS = 2
NEW_MEDSURG_LIMITS = date(2026, 3, 15)


@dataclass(frozen=True, slots=True)
class PriceLimits:
    """How far an invoice may be from its PO: percent, and amount over the PO line or invoice."""

    percent: Decimal
    amount: Decimal


DEFAULT = PriceLimits(Decimal(2), Decimal(50))
LAKE = PriceLimits(Decimal(3), Decimal(75))
DRUGS = PriceLimits(Decimal(1), Decimal(25))
OLD_MEDSURG = PriceLimits(Decimal(1), Decimal(25))
SERVICES = PriceLimits(Decimal(5), Decimal(100))
NONE = PriceLimits(Decimal(0), Decimal(0))
HEADER_OVER = PriceLimits(Decimal(2), Decimal(50))  # of what a summary invoice may bill
HEADER_UNDER = PriceLimits(Decimal(5), Decimal(100))  # at the lake hospital; elsewhere unlimited
TAX_OFF = Decimal("0.02")
FREIGHT_OVER = Decimal("5.00")
DRUGS_UNDER_PERCENT = Decimal(5)


def over_limits(entity_id: str, category: str, day: date, *, service: bool = False) -> PriceLimits:
    """The limits over the price for an entity, item category and invoice date."""
    if entity_id == "H1" and category == "IMPLANT":
        return NONE
    if entity_id == "H2":
        return LAKE
    if service:
        return SERVICES
    if category == "MEDSURG" and day < NEW_MEDSURG_LIMITS:
        return OLD_MEDSURG
    return DRUGS if category == "PHARMA" else DEFAULT
