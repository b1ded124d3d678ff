"""Whether the deployment is alive, asked from outside of it: ``python -m launcher.health`` (``make health``).

For cron or a monitor: exit status 0 where everything is well, 1 otherwise, with a line for each thing that is not.
It needs neither Airflow nor the pipeline: it asks Airflow's health endpoint over HTTP, and the warehouse when `watch`
last did its work (docs/guides/alerts.md).
"""

import argparse
import os
import sys
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import httpx
import psycopg

from launcher import settings
from launcher.stack import Stack

STALE_MINUTES = 15
SECONDS = 10.0
COMPONENTS = ("metadatabase", "scheduler", "triggerer", "dag_processor")
HEARTBEAT = "select at from ops.heartbeat where name = 'watch'"


def airflow_troubles(url: str) -> list[str]:
    """Return what is wrong with Airflow at an address; nothing where each component says that it is healthy."""
    try:
        answer = httpx.get(f"{url}/api/v2/monitor/health", timeout=SECONDS)
        answer.raise_for_status()
        states = answer.json()
    except (httpx.HTTPError, ValueError) as error:
        return [f"Airflow does not answer at {url} ({type(error).__name__}): docs/runbooks/outage_airflow.md"]
    found = {name: (states.get(name) or {}).get("status") or "unknown" for name in COMPONENTS}
    return [
        f"Airflow's {name} is {state}: docs/runbooks/outage_airflow.md"
        for name, state in found.items()
        if state != "healthy"
    ]


def warehouse_troubles(dsn: str, now: datetime, stale: timedelta) -> list[str]:
    """Return what is wrong with the warehouse, or with what should look after it; ``now`` is wall time."""
    try:
        with psycopg.connect(dsn, connect_timeout=int(SECONDS)) as connection:
            row = connection.execute(HEARTBEAT).fetchone()
    except psycopg.errors.UndefinedTable:
        return ["The warehouse is not migrated: run `python -m launcher.migrate`."]
    except psycopg.Error as error:
        return [f"The warehouse does not answer ({type(error).__name__}): docs/runbooks/outage_warehouse.md"]
    if row is None:
        return ["`watch` has never run: docs/runbooks/outage_airflow.md"]
    if now - row[0] > stale:
        return [f"`watch` last did its work at {row[0]:%Y-%m-%d %H:%M} UTC: docs/runbooks/outage_airflow.md"]
    return []


def main(arguments: list[str] | None = None, say: Callable[[str], None] = print) -> int:
    """Say what is wrong; return 0 where nothing is."""
    parser = argparse.ArgumentParser(prog="python -m launcher.health", description=__doc__)
    parser.add_argument("--airflow", default=os.environ.get("TIEOUT_AIRFLOW"), help="address; default: the stack's")
    parser.add_argument("--warehouse", default=os.environ.get("TIEOUT_WAREHOUSE"), help="URL; default: the stack's")
    parser.add_argument("--stale-minutes", type=int, default=STALE_MINUTES, help="age of `watch`'s last work")
    options = parser.parse_args(arguments)
    if not (options.airflow and options.warehouse):
        stack = Stack(settings.home())
        if not stack.state:
            say("Nothing runs here: docs/runbooks/outage_airflow.md")
            return 1
        options.airflow = options.airflow or stack.state["airflow"]
        options.warehouse = options.warehouse or stack.warehouse_dsn
    stale = timedelta(minutes=options.stale_minutes)
    troubles = [
        *airflow_troubles(options.airflow.rstrip("/")),
        *warehouse_troubles(options.warehouse, datetime.now(UTC), stale),
    ]
    for trouble in troubles:
        say(trouble)
    if not troubles:
        say("Airflow, the warehouse and `watch` are well.")
    return 1 if troubles else 0


if __name__ == "__main__":
    sys.exit(main())
