"""A person may say that an entry is several payments, as long as what it takes of each can be told."""

from typing import Any

import pytest

from tieout.errors import TieoutError
from tieout.payments import bank_decisions

CURRENCIES = {"p1": "USD", "p2": "USD", "p3": "EUR"}


class Warehouse:
    """Knows the payments' currencies, and nothing else."""

    def execute(self, _: str, values: tuple[list[str]]) -> Any:
        self.found = [(name, CURRENCIES[name]) for name in values[0] if name in CURRENCIES]
        return self

    def fetchall(self) -> list[tuple[str, str]]:
        return self.found


def check(kind: Any, *named: str) -> None:
    bank_decisions._check_payments(Warehouse(), kind, named)  # type: ignore[arg-type]


def test_payments_of_one_currency_may_be_an_entry():
    check("bank_match", "p1", "p2")
    check("bank_match", "p3")


def test_an_entry_may_be_kept_apart_from_payments_of_several_currencies():
    check("bank_apart", "p1", "p3")


@pytest.mark.parametrize(("named", "says"), [(("p1", "p3"), "in EUR and USD"), (("p1", "p9"), "no payment p9")])
def test_payments_of_several_currencies_or_that_are_not_there_are_no_entry(named, says):
    with pytest.raises(TieoutError, match=says):
        check("bank_match", *named)
