"""Units of an order line."""

from decimal import Decimal

from sandbox.scenario.domain import PoLine


def in_order_units(line: PoLine, unit: str) -> Decimal:
    """PO units in one of `unit`."""
    if unit == line.unit or line.item is None:
        return Decimal(1)
    return Decimal(line.item.factors[unit]) / line.item.factors[line.unit]
