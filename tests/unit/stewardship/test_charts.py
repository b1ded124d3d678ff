"""Plots say what they are given, at its place."""

import re
from datetime import date

from tieout.stewardship import charts

FIRST, LAST = date(2026, 3, 1), date(2026, 3, 11)


def test_the_highest_value_is_on_top_and_zero_on_the_axis():
    svg = charts.line([(FIRST, 0), (date(2026, 3, 6), 2.5), (LAST, 5)], first=FIRST, last=LAST, unit=" %")
    path = re.findall(r'<path d="([^"]+)" class="line"', svg)[0]
    assert path == "M3.0,82.0 L150.0,50.0 L297.0,18.0"
    assert "up to 5 %" in svg and "01 Mar" in svg and "11 Mar" in svg


def test_nothing_and_zeros_alone_are_drawn_without_a_division_by_zero():
    assert "<path" in charts.line([], first=FIRST, last=FIRST)
    assert "M3.0,82.0" in charts.line([(FIRST, 0)], first=FIRST, last=FIRST)
    assert "<rect" not in charts.bars([(FIRST, 0)], first=FIRST, last=LAST)
    assert 'width="0.00"' in charts.stack([("a1", 0)], 0)


def test_parts_of_a_bar_stand_side_by_side():
    assert re.findall(r'x="([\d.]+)" y="0" width="([\d.]+)"', charts.stack([("a1", 1), ("a2", 3)], 8)) == [
        ("0.00", "12.50"), ("12.50", "37.50"),
    ]  # fmt: skip
