"""The steward's report: one static page, with its style and plots within it (docs/guides/stewardship.md).

It shows counts, ids and amounts; of what sources wrote it shows nothing but keys.
"""

import os
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal
from html import escape
from itertools import groupby
from pathlib import Path

from tieout.stewardship import charts
from tieout.stewardship.figures import DAYS, Figures, RuleDay, SourceDay, read_figures

STYLE = Path(__file__).with_name("report.css")
PAGE = "index.html"
KINDS = {
    "quarantine": "quarantined rows",
    "correction": "rows that await correction",
    "stopped_batch": "stopped batches",
    "vendor": "vendors that may be one",
    "item": "items that may be one, or two",
    "unit": "packs in doubt",
    "unit_code": "unknown codes of units",
}
AGES = (("a1", "up to 2 days"), ("a2", "3 to 7"), ("a3", "8 to 30"), ("a4", "longer"))


def regenerate(dsn: str, folder: Path, *, again: bool = False) -> Path | None:
    """Write the page, unless there is one of the same business day; return where it is, None where nothing was written.

    Args:
        dsn: of the warehouse.
        folder: of the site.
        again: write it also where today's is there.
    """
    figures = read_figures(dsn)
    if figures is None:
        return None
    page, stamp = folder / PAGE, f"<!-- {figures.as_of:%Y-%m-%d} -->"
    if not again and page.exists() and stamp in page.read_text(encoding="utf-8")[:200]:
        return None
    folder.mkdir(parents=True, exist_ok=True)
    writing = page.with_name(f"{PAGE}.{os.getpid()}")  # nobody reads half a page
    writing.write_text(as_html(figures), encoding="utf-8")
    writing.replace(page)
    return page


def as_html(figures: Figures) -> str:
    """Return the page."""
    last = figures.as_of.date()
    first = last - timedelta(days=DAYS)
    judged = [*(each.day for each in figures.sources), *(each.day for each in figures.rules)]
    first = max(min(judged, default=first), first)
    body = "\n".join(
        [
            _head(figures),
            _queue(figures),
            _largest(figures),
            _sources(figures.sources, first, last),
            _rules(figures.rules, first, last),
            _vendors(figures, first),
            _decisions(figures),
        ]
    )
    return (
        f'<!doctype html><!-- {figures.as_of:%Y-%m-%d} --><html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>Steward's report, {_day(last)}</title><style>{STYLE.read_text()}</style></head>"
        f"<body><main>{body}</main></body></html>\n"
    )


def _head(figures: Figures) -> str:
    waiting = sum(each.total for each in figures.waiting)
    oldest = max((each.oldest for each in figures.waiting), default=0)
    totals: dict[str, Decimal] = {}
    for money in figures.money:
        totals[money.currency] = totals.get(money.currency, Decimal()) + money.amount
    tiles = [
        (f"{waiting:,}", "wait for a decision"),
        (f"{oldest:,} days", "has the oldest waited"),
        *((f"{_short(amount)} {currency}", "hangs on it") for currency, amount in _largest_first(totals)),
        (f"{sum(each.made for each in figures.decisions):,}", f"decisions in {DAYS} days"),
    ]
    return (
        f"<h1>Steward's report</h1><p class='lead'>As of {_moment(figures.as_of)}, the last transformation."
        f" Plots go back up to {DAYS} days.</p>{_tiles(tiles)}"
    )


def _queue(figures: Figures) -> str:
    longest = max((each.total for each in figures.waiting), default=1)
    rows = [
        [
            KINDS.get(each.kind, each.kind),
            charts.stack(
                list(zip((a for a, _ in AGES), (each.fresh, each.week, each.month, each.older), strict=True)), longest
            ),
            f"{each.total:,}",
            f"{each.oldest:,} days",
            "<br>".join(
                f"{_short(money.amount)} {escape(money.currency)}" for money in figures.money if money.kind == each.kind
            )
            or "–",
        ]
        for each in figures.waiting
    ]
    legend = "".join(f'<span><i class="{name}"></i>{words}</span>' for name, words in AGES)
    table = _table(["what waits", "by age", "#waiting", "#oldest", "#money that hangs on it"], rows)
    return f"<h2>What is waiting</h2><p class='legend'>{legend}</p>{table}"


def _largest(figures: Figures) -> str:
    rows = [
        [
            KINDS.get(each.kind, each.kind),
            f"<code>{escape(each.subject)}</code>",
            escape(each.owner.replace("_", " ")),
            f"{each.age:,} days",
            f"{each.amount:,.2f} {escape(each.currency)}",
        ]
        for each in figures.largest
    ]
    return (
        "<h2>Where most money hangs</h2><p class='lead'>The lines of the queue with the largest amounts.</p>"
        + _table(["what", "which", "owner", "#waits", "#money"], rows)
    )


def _sources(days: Sequence[SourceDay], first: date, last: date) -> str:
    cards = []
    for source, group in groupby(days, key=lambda each: each.source):
        of_source = list(group)
        rows, held = (sum(getattr(each, name) for each in of_source) for name in ("rows", "held"))
        share = [(each.day, round(100 * each.held / each.rows, 2)) for each in of_source if each.rows]
        cards.append(
            f"<div class='card'><h3>{escape(source)}<span>{held:,} of {rows:,} rows</span></h3>"
            f"{charts.line(share, first=first, last=last, unit=' %')}</div>"
        )
    shown = f"<div class='cards'>{''.join(cards)}</div>" if cards else "<p class='none'>Nothing arrived.</p>"
    return (
        "<h2>Quality by source</h2><p class='lead'>Share of rows that the gate held back, by the day on which they were"
        f" judged. Each plot has its own scale; point at it for the figures.</p>{shown}"
    )


def _rules(days: Sequence[RuleDay], first: date, last: date) -> str:
    found = []
    for rule_id, group in groupby(days, key=lambda each: each.rule_id):
        of_rule = list(group)
        failed, checked = (sum(getattr(each, name) for each in of_rule) for name in ("failed", "checked"))
        bars = charts.bars([(each.day, each.failed) for each in of_rule], first=first, last=last)
        one = of_rule[0]
        cells = [
            f"<code>{escape(rule_id)}</code>",
            f"<span class='{escape(one.severity)}'>{escape(one.severity)}</span>",
            escape(one.owner.replace("_", " ")),
            bars,
            f"{failed:,}",
            f"{100 * failed / max(checked, 1):.2f} %",
        ]
        found.append((failed, cells))
    rows = [cells for _, cells in sorted(found, key=lambda each: -each[0])]
    return (
        "<h2>Quality by expectation</h2><p class='lead'>The expectations that most rows broke. Critical ones hold a row"
        " back; warnings let it go on.</p>"
        + _table(["expectation", "severity", "owner", "rows that broke it, by day", "#rows", "#of all"], rows)
    )


def _vendors(figures: Figures, first: date) -> str:
    of = figures.vendors
    tiles = [
        (f"{of.numbers:,}", f"vendor numbers in the masters, which are {of.vendors:,} vendors"),
        (f"{of.found:,}", "pairs found that may be one vendor"),
        (f"{of.waiting:,}", "of them wait for a steward"),
        (
            f"{of.merged + of.apart:,}",
            f"settled, by evidence or by people: {of.merged:,} merged, {of.apart:,} kept apart",
        ),
        (f"{of.numbers - of.vendors:,}", "duplicates removed: numbers that count as another's"),
    ]
    points = [(each.day, float(each.open)) for each in figures.open_proposals if each.day >= first]
    plot = charts.line(points, first=points[0][0], last=points[-1][0]) if points else ""
    return (
        "<h2>Duplicate vendors</h2><p class='lead'>Found by evidence and by the model, decided by people.</p>"
        f"{_tiles(tiles)}<div class='cards'><div class='card'><h3>Pairs that waited, by day"
        f"<span>{of.waiting:,} now</span></h3>{plot}</div></div>"
    )


def _decisions(figures: Figures) -> str:
    rows = [
        [escape(each.kind.replace("_", " ")), f"{each.made:,}", f"{each.people:,}", _day(each.last_day)]
        for each in figures.decisions
    ]
    return "<h2>Decisions</h2>" + _table(["kind", "#made", "#people", "#last"], rows)


def _tiles(tiles: Iterable[tuple[str, str]]) -> str:
    drawn = "".join(f"<div class='tile'><b>{number}</b><span>{words}</span></div>" for number, words in tiles)
    return f"<div class='tiles'>{drawn}</div>"


def _table(titles: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Cells are HTML already. A title that begins with # is one of figures."""
    if not rows:
        return "<div class='scroll'><p class='none'>Nothing.</p></div>"
    kinds = [" class='n'" if title.startswith("#") else "" for title in titles]
    head = "".join(f"<th{kind}>{title.lstrip('#')}</th>" for kind, title in zip(kinds, titles, strict=True))
    lines = "".join(
        "<tr>" + "".join(f"<td{kind}>{cell}</td>" for kind, cell in zip(kinds, row, strict=True)) + "</tr>"
        for row in rows
    )
    return f"<div class='scroll'><table><tr>{head}</tr>{lines}</table></div>"


def _largest_first(totals: Mapping[str, Decimal]) -> list[tuple[str, Decimal]]:
    return sorted(totals.items(), key=lambda each: -each[1])[:3]


def _short(amount: Decimal) -> str:
    for limit, unit in ((Decimal(10**6), "M"), (Decimal(10**4), "k")):
        if abs(amount) >= limit:
            return f"{amount / limit if unit == 'M' else amount / 1000:,.1f}{unit}"
    return f"{amount:,.0f}"


def _day(day: date) -> str:
    return f"{day.day} {day:%B %Y}"


def _moment(moment: datetime) -> str:
    return f"{_day(moment.date())}, {moment:%H:%M} UTC"
