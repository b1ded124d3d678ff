"""Events under faults: told twice, late, out of order, by a clock that is ahead, while their receiver is killed.

They come after the days, because an event makes known what the next day brings: the marts of a run with events are not
those of a run without.
"""

import psycopg

from chaos.network import SKEW_SECONDS
from chaos.scene import Scene

NAME = "webhooks"
TYPES = ("receipt.posted", "invoice.received", "receipt.corrected", "invoice.changed", "hold.released")
EACH = 6
LATE_SECONDS = 4.0
RECEIVED = """
select i.source_system, i.event_id, count(*), count(o.inbox_id) filter (where o.outcome <> 'rejected')
from raw.inbox as i
left join ops.inbox_outcome as o using (inbox_id)
group by 1, 2
"""


def tell(scene: Scene) -> int:
    """Let things happen, and kill the API server while they are told; return how many events there are."""
    for system in ("ap", "supply"):
        scene.storm.ask(NAME, system, "duplicate", after=1, times=EACH)
        scene.storm.ask(NAME, system, "late", after=1, times=EACH, seconds=LATE_SECONDS)
    scene.storm.ask(NAME, "ap", "clock", seconds=SKEW_SECONDS)
    told = 0
    for number, event_type in enumerate(TYPES):
        told += len(scene.stack.estate.happen(event_type, EACH))
        if number == 1:
            scene.kill_component("api-server")
    return told


def waiting(scene: Scene) -> tuple[int, int]:
    """Return how many events were not accepted yet, and how many of the inbox wait for their outcome."""
    outside = sum(event["state"] == "waiting" for event in scene.stack.estate.events())
    with psycopg.connect(scene.stack.warehouse_dsn) as warehouse:
        row = warehouse.execute("select count(*) from ops.inbox_waiting").fetchone()
    return outside, row[0] if row else 0


def findings(scene: Scene) -> tuple[list[str], list[str]]:
    """Return the events that were lost or rejected, and those that are in the inbox more than once."""
    with psycopg.connect(scene.stack.warehouse_dsn) as warehouse:
        received = {(system, event): rest for system, event, *rest in warehouse.execute(RECEIVED)}
    told = [(event["system"], event["id"]) for event in scene.stack.estate.events()]
    lost = [f"event {name} of {system}" for system, name in told if received.get((system, name), [0, 0])[1] == 0]
    doubled = [f"event {name} of {system}" for (system, name), (count, _) in received.items() if count > 1]
    return lost, doubled
