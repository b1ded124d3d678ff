"""What routing must be so that no finding goes to nobody (exceptions, section Holds)."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from tieout.landing.problems import Problem

SCOPE = ("code", "entity_id", "item_category")


def routing_problems(path: Path, rows: Sequence[Mapping[str, str]]) -> list[Problem]:
    """Return what is wrong with rows of ``routing.csv``: the last one must catch all that no other does."""
    if rows and not any(rows[-1].get(column, "").strip() for column in SCOPE):
        return []
    says = f"the last row must catch all: {', '.join(SCOPE)} blank, so that nothing is routed to nobody"
    return [Problem(str(path), len(rows) + 1, "route_id", says)]
