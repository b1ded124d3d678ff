"""What ``config/schedules.yml`` must be (docs/adr/0007-schedules-are-configuration.md)."""

from datetime import date
from pathlib import Path

from croniter import croniter

from tieout.errors import ConfigurationError
from tieout.landing.marked_yaml import load
from tieout.landing.problems import Node, Problem

CLOCKS = ("wall", "simulated")
SCHEDULED = ("extract_erp", "extract_ap", "extract_supply", "extract_bank", "extract_files", "watch")
# Daily, or not by the clock at all, where the file does not say.
MAY_BE = ("verify_audit", "deliver", "pay_suppliers", "reconcile")
DATES = ("start_date", "end_date")


def schedule_problems(path: Path) -> list[Problem]:
    """Return everything that is wrong with the file of schedules, by line and field."""
    problems: list[Problem] = []
    try:
        node = Node(load(path.read_text(), str(path)), str(path), problems)
    except OSError:
        return [Problem(str(path), 1, "", "is missing")]
    except ConfigurationError as error:
        return [Problem(str(path), 1, "", error.message)]
    node.keys(CLOCKS, CLOCKS)
    for clock in CLOCKS:
        if node.has(clock):
            _clock(node.child(clock))
    return problems


def _clock(node: Node) -> None:
    if not node.keys({*SCHEDULED, *MAY_BE, *DATES}, (*SCHEDULED, "start_date")):
        return
    for name in DATES:
        node.child(name).checked(date.fromisoformat, "a date such as 2026-03-01", None)
    for name in (*SCHEDULED, *MAY_BE):
        cron = node.child(name)
        if node.has(name) and not croniter.is_valid(cron.text()):
            cron.problem(f"{cron.text()!r} is not a cron expression such as '*/15 * * * *'")
