"""Canonical spelling, and that nothing that does not convert is changed."""

from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tieout.landing import values
from tieout.landing.functions import normalise_document_number


@pytest.mark.parametrize(
    ("given_text", "expected"),
    [
        ("1234.50", "1234.50"),
        (" 1234.50 ", "1234.50"),
        ("+7", "7"),
        ("007.10", "7.10"),
        (".5", "0.5"),
        ("12.50-", "-12.50"),
        ("-0.00", "0.00"),
        ("1E+2", "100"),
        ("1.5e-3", "0.0015"),
        ("", ""),
        ("n/a", "n/a"),
        ("1_000", "1_000"),
        ("NaN", "NaN"),
        ("1e9999", "1e9999"),
        ("1,234.50", "1,234.50"),
        ("٣", "3"),
    ],
)
def test_numbers_become_plain_decimals_or_keep_their_text(given_text, expected):
    assert values.number()(given_text) == expected


def test_separators_and_signs_are_the_profiles():
    german = values.number(decimal=",", thousands=".")
    assert german("1.234,50-") == "-1234.50"
    assert values.number(sign="absolute")("-3.0") == "3.0"
    assert values.number(sign="negate")("3") == "-3"
    assert values.number(sign="negate")("-3") == "3"
    assert values.number(sign="negate")("0") == "0"


@given(st.decimals(allow_nan=False, allow_infinity=False, places=4, min_value=-(10**12), max_value=10**12))
def test_a_number_keeps_its_value(number):
    assert Decimal(values.number()(str(number))) == number


@given(st.text(max_size=20))
def test_no_converter_raises_and_each_is_stable(text):
    for convert in (
        values.number(),
        values.integer(),
        values.day(),
        values.timestamp(),
        values.boolean,
        values.limit(),
    ):
        once = convert(text)
        assert convert(once) == once


def test_whole_numbers_may_come_with_a_zero_fraction():
    assert [values.integer()(text) for text in ("3.0", "010", "3.5")] == ["3", "10", "3.5"]


@pytest.mark.parametrize(
    ("text", "form", "expected"),
    [
        ("2026-03-31", None, "2026-03-31"),
        ("2011-04-30 00:00:00", None, "2011-04-30"),
        ("31.03.2026", "%d.%m.%Y", "2026-03-31"),
        ("31.02.2026", "%d.%m.%Y", "31.02.2026"),
        ("soon", None, "soon"),
        ("", None, ""),
    ],
)
def test_dates_become_iso_dates_or_keep_their_text(text, form, expected):
    assert values.day(form)(text) == expected


@pytest.mark.parametrize(
    ("text", "form", "zone", "expected"),
    [
        ("2026-03-31T14:05:00Z", None, "UTC", "2026-03-31T14:05:00+00:00"),
        ("2026-03-31 14:05:00+00", None, "UTC", "2026-03-31T14:05:00+00:00"),
        ("2026-03-31 14:05:00+02", None, "UTC", "2026-03-31T12:05:00+00:00"),
        ("2026-03-31 14:05:00", None, "America/New_York", "2026-03-31T18:05:00+00:00"),
        ("2014-02-08 10:01:36.827000000", None, "UTC", "2014-02-08T10:01:36.827000+00:00"),
        ("2026-03-31", None, "America/New_York", "2026-03-31T04:00:00+00:00"),
        ("31.03.2026 14:05", "%d.%m.%Y %H:%M", "UTC", "2026-03-31T14:05:00+00:00"),
        ("1774965900", "epoch", "UTC", "2026-03-31T14:05:00+00:00"),
        ("1774965900000", "epoch_ms", "UTC", "2026-03-31T14:05:00+00:00"),
        ("2026-02-30T00:00:00Z", None, "UTC", "2026-02-30T00:00:00Z"),
        ("9999-12-31T23:59:59", None, "America/New_York", "9999-12-31T23:59:59"),
    ],
)
def test_timestamps_become_utc_or_keep_their_text(text, form, zone, expected):
    assert values.timestamp(form, ZoneInfo(zone))(text) == expected


def test_booleans_have_many_spellings():
    assert [values.boolean(word) for word in ("Y", "0", "TRUE", "f", "maybe", "")] == [
        "true",
        "false",
        "true",
        "false",
        "maybe",
        "",
    ]


def test_code_maps_leave_unknown_codes_or_give_them_a_word():
    assert values.code({"EACH": "EA"})(" EACH ") == "EA"
    assert values.code({"EACH": "EA"})("PAL") == "PAL"
    assert values.code({"X": "y", "*": "other"})("PAL") == "other"
    assert values.code({"X": "y", "*": "other"})("") == ""
    assert values.code({"": "true", "*": "false"})(" ") == "true"


def test_a_limit_may_be_unlimited():
    assert [values.limit()(text) for text in ("Unlimited", "0", "2.50", "")] == ["unlimited", "0", "2.50", ""]


@pytest.mark.parametrize(
    ("number", "expected"),
    [
        ("INV-00123", "INV123"),
        ("inv 000", "INV0"),
        ("A0B07", "A0B7"),
        ("10", "10"),
        ("１２３", "123"),
        ("ﬁ-1", "FI1"),
        ("straße 1", "STRASSE1"),
        ("ŉ1", "ʼN1"),
        ("№ 42", "NO42"),
        ("Ⅻ-7", "XII7"),
        ("x²/①", "X21"),
        ("½", "12"),
        ("𝟎𝟎𝟕", "7"),
        ("٠٠٤٢", "٤٢"),
        ("٠", "٠"),
        ("00٤", "٤"),
        ("A-0 0-5", "A5"),
        ("10-005", "10005"),
        ("e\u0301-1", "É1"),
        ("a\u200b\u00ad1", "A1"),
        ("ⅸ", "IX"),
        ("請求書０１", "請求書1"),
        ("--/ ", ""),
        ("", ""),
    ],
)
def test_a_document_number_is_normalised(number, expected):
    assert normalise_document_number(number) == expected


@given(st.text(max_size=30))
def test_normalising_twice_changes_nothing(number):
    once = normalise_document_number(number)
    assert normalise_document_number(once) == once


def test_a_memo_forgets_when_it_is_full(monkeypatch):
    monkeypatch.setattr(values, "MEMO_SIZE", 3)
    memo = values.Memo(str.upper)
    assert [memo[letter] for letter in "abcd"] == ["A", "B", "C", "D"]
    assert len(memo) <= 3
