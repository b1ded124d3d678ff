"""How each platform spells units, statuses and terms. The profiles in config/sources map them back."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

SUPPLY_ZONE = ZoneInfo("America/Chicago")

UNITS: dict[str, dict[str, str]] = {
    "erp_main": {"EA": "Each", "BX": "Box", "CS": "Case", "PF": "Pallet", "HUR": "Hour", "": ""},
    "erp_west": {"EA": "ST", "BX": "KAR", "CS": "KI", "PF": "PAL", "HUR": "STD", "": ""},
    "supply": {"EA": "EA", "BX": "BX", "CS": "CS", "PF": "PL", "HUR": "HR", "": ""},
    "ap": {"EA": "EACH", "BX": "BOX", "CS": "CASE", "PF": "PALLET", "HUR": "HOURS", "": ""},
}
# Spellings that suppliers print and AP keeps.
PRINTED_UNITS: dict[str, tuple[str, ...]] = {
    "EA": ("EACH", "EA", "Ea.", "PC"),
    "BX": ("BOX", "BX", "Bx."),
    "CS": ("CASE", "CS", "CA"),
    "PF": ("PALLET",),
    "HUR": ("HOURS", "HR"),
    "": ("",),
}
TERMS: dict[str, dict[str, str]] = {
    "erp_main": {"N10": "NET 10", "N30": "NET 30", "N45": "NET 45", "D210": "2/10 NET 30"},
    "erp_west": {"N10": "Z010", "N30": "Z030", "N45": "Z045", "D210": "Z210"},
    "ap": {"N10": "Net10", "N30": "Net30", "N45": "Net45", "D210": "2-10-Net30"},
}
TERM_DAYS = {"N10": 10, "N30": 30, "N45": 45, "D210": 30}
TAX_CODES: dict[str, dict[str, str]] = {
    "erp_main": {"EX": "EXEMPT", "ST": "STATE 6"},
    "erp_west": {"EX": "I0", "ST": "I1"},
    "ap": {"EX": "TAX-EXEMPT", "ST": "SALES-TAX"},
}
TAX_RATES = {"EX": 0, "ST": 6}
# Oracle-like: authorization status, closed code, cancel flag.
MAIN_PO_STATUS = {
    "draft": "INCOMPLETE",
    "approved": "APPROVED",
    "sent": "SENT",
    "closed": "CLOSED",
    "cancelled": "CANCELLED",
}
MAIN_MATCH_OPTIONS = {
    "": None,
    "two_way": "2-WAY",
    "three_way": "3-WAY",
    "four_way": "4-WAY",
    "receipt_only": "PAY ON RECEIPT",
}
MAIN_LINE_STATUS = {"open": "OPEN", "closed": "CLOSED", "cancelled": "CANCELLED"}
# SAP-like processing states and indicators.
WEST_PO_STATUS = {"draft": "02", "approved": "05", "sent": "06", "closed": "09", "cancelled": "08"}
# N: no goods receipt is expected; A: with acceptance; E: evaluated receipt settlement.
WEST_GOODS_RECEIPT = {"": "", "two_way": "N", "three_way": "", "four_way": "A", "receipt_only": "E"}
WEST_LINE_STATUS = {"open": "", "closed": "E", "cancelled": "L"}
AP_PO_STATUS = {"draft": "DRAFT", "approved": "APPROVED", "sent": "ISSUED", "closed": "CLOSED", "cancelled": "CANCELED"}
SUPPLY_PO_STATUS = {"draft": "D", "approved": "A", "sent": "S", "closed": "C", "cancelled": "X"}


def iso(at: datetime | None) -> str | None:
    """An instant in ISO 8601, UTC."""
    return None if at is None else at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def compact(at: datetime | None) -> str:
    """An instant as yyyymmddhhmmss, blank for none."""
    return "" if at is None else at.astimezone(UTC).strftime("%Y%m%d%H%M%S")


def local(at: datetime | None) -> str:
    """An instant as the supply system prints it: its own time zone, day first."""
    return "" if at is None else at.astimezone(SUPPLY_ZONE).strftime("%d.%m.%Y %H:%M:%S")


def instant(text: str) -> datetime | None:
    """The instant that the supply system printed, none for a blank."""
    return datetime.strptime(text, "%d.%m.%Y %H:%M:%S").replace(tzinfo=SUPPLY_ZONE) if text else None
