"""Decimal arithmetic: exact, and rounded half away from zero where the rules say so."""

from decimal import ROUND_HALF_UP, Decimal, getcontext, localcontext

PRICE = Decimal("1e-10")
QUANTITY = Decimal("1e-6")
MONEY = Decimal("0.0001")
CENT = Decimal("0.01")
ZERO = Decimal(0)

assert getcontext().prec >= 28


def rounded(value: Decimal, unit: Decimal) -> Decimal:
    """The value in whole units, ties away from zero."""
    with localcontext(prec=60):
        return value.quantize(unit, ROUND_HALF_UP)


def quotient(dividend: Decimal, divisor: Decimal, unit: Decimal) -> Decimal:
    """A quotient rounded once; sixty digits decide every tie of operands as short as ours."""
    with localcontext(prec=60):
        return (dividend / divisor).quantize(unit, ROUND_HALF_UP)


def product(left: Decimal, right: Decimal) -> Decimal:
    """An exact product."""
    with localcontext(prec=60):
        return left * right
