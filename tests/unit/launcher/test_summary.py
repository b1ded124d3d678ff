from decimal import Decimal

from launcher.summary import kpi_words


def row(**values):
    return {"unit": "count", "currency": None, "numerator": None, "denominator": None} | values


def test_a_ratio_is_made_from_its_summed_parts():
    assert kpi_words(row(unit="%", numerator=Decimal(2), denominator=Decimal(3))) == ("66.7 %", "3")


def test_a_ratio_of_money_says_in_which_currency_its_parts_are():
    parts = {"numerator": Decimal("50.00"), "denominator": Decimal("1000.00")}
    assert kpi_words(row(unit="%", currency="EUR", **parts)) == ("5.0 %", "1,000 EUR")


def test_a_ratio_of_nothing_says_so():
    assert kpi_words(row(unit="%", numerator=None, denominator=Decimal(0))) == ("nothing to measure", "")


def test_money_has_its_currency():
    assert kpi_words(row(unit="money", currency="USD", numerator=Decimal("1234.5"))) == ("1,234.50 USD", "")


def test_a_count_is_a_whole_number():
    assert kpi_words(row(numerator=Decimal(1200))) == ("1,200", "")


def test_a_count_for_each_of_something_is_a_mean():
    assert kpi_words(row(numerator=Decimal(3), denominator=Decimal(8))) == ("0.38", "8")
