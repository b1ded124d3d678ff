"""The table that the suite ends with. Pure, but for printing."""

from collections.abc import Mapping, Sequence

from rich.console import Console
from rich.table import Column, Table

from chaos.books import KINDS
from chaos.run import Day


def totals(days: Sequence[Day]) -> list[tuple[str, int, list[int], str]]:
    """Return, by fault: its name, how often it struck, the findings by kind of its day, the verdict."""
    found = []
    for day in days:
        counts = [day.books.count(kind) for kind in KINDS]
        for name, times in day.struck.items():
            found.append((name, times, counts, _verdict(times, counts)))
    return found


def show(console: Console, days: Sequence[Day], apart: Mapping[str, Sequence[str]]) -> bool:
    """Print what happened; return whether nothing was lost or doubled, and the marts are those of the other run."""
    table = Table(Column("fault", no_wrap=True), "times", *KINDS, Column("verdict", no_wrap=True))
    for name, times, counts, verdict in totals(days):
        table.add_row(name, str(times), *map(str, counts), verdict)
    console.print(table)
    for day in days:
        for kind, found in day.books.findings.items():
            _list(console, f"{day.name}: {kind}", found)
        _list(console, f"{day.name}: runs cleared by hand", day.cleared)
    for what, texts in apart.items():
        _list(console, f"Differs from the undisturbed run: {what}", texts)
    good = all(day.books.balanced for day in days) and not any(apart.values())
    console.print("Nothing is lost, nothing is doubled." if good else "Something is lost, doubled or different.")
    return good


def _verdict(times: int, counts: Sequence[int]) -> str:
    if any(counts):
        return "FAILED"
    return "held" if times else "did not strike"


def _list(console: Console, title: str, texts: Sequence[str]) -> None:
    if texts:
        console.print(f"{title}: {len(texts)}")
        for text in texts[:10]:
            console.print(f"  {text}", markup=False)
