"""Pays suppliers in the embedded stack: starts the run, and answers as people would, each batch by whom it needs.

Whoever starts a run does not approve it: the administrator starts, the treasurer and the controller answer.
"""

import time
from collections.abc import Callable, Sequence
from pathlib import Path

import yaml

from launcher.airflow_api import AirflowApi, DagRun
from launcher.errors import LaunchError
from launcher.stack import Stack

DAG = "pay_suppliers"
ASKERS = {"batch.ask_first": "treasurer", "batch.ask_second": "controller"}
COMMENT = {"comment": "compared with the open items"}
POLL_SECONDS = 1.0
THINKING_SECONDS = 5.0
"""Nobody answers at once. An answer before Airflow heard that the asking process ended, is taken for a failure."""
PAY_SECONDS = 300.0


def pays_through_us(config: Path, entities: Sequence[str] | None = None) -> bool:
    """Whether any entity pays through us; of those named, where some are."""
    files = (config / "entities").glob("*.yml")
    return any(
        yaml.safe_load(path.read_text()).get("payment_origin") == "tieout"
        for path in files
        if entities is None or path.stem in entities
    )


def pay(stack: Stack, run_id: str, report: Callable[[str], None] = lambda _: None) -> DagRun:
    """Run payments to their end, approving every batch; the same run again goes on with it.

    Raises:
        LaunchError: it failed, or took too long.
    """
    run = stack.api.trigger(DAG, run_id=run_id)
    people = {name: stack.api_of(name) for name in ASKERS.values()}
    asked: dict[tuple[str, int, int], float] = {}
    deadline = time.monotonic() + PAY_SECONDS
    try:
        while not run.ended:
            if time.monotonic() > deadline:
                raise LaunchError("Payments did not end.", "Look at the run of pay_suppliers in Airflow.")
            report("paying suppliers")
            _answer(stack.api, run, people, asked)
            stack.check_alive()
            time.sleep(POLL_SECONDS)
            run = stack.api.run(DAG, run_id)
    finally:
        for api in people.values():
            api.close()
    if run.state == "failed":
        raise LaunchError("Payments failed.", "Look at the run of pay_suppliers in Airflow, and at its runbook.")
    return run


def _answer(
    api: AirflowApi, run: DagRun, people: dict[str, AirflowApi], asked: dict[tuple[str, int, int], float]
) -> None:
    """Answer what has been asked for a while; ``asked`` remembers since when, by task, batch and try."""
    for task in api.tasks(run, ("awaiting_input", "deferred")):
        task_id, map_index = task["task_id"], task["map_index"]
        since = asked.setdefault((task_id, map_index, task["try_number"]), time.monotonic())
        if task_id in ASKERS and time.monotonic() - since > THINKING_SECONDS and api.asks(run, task_id, map_index):
            people[ASKERS[task_id]].answer(run, task_id, "Approve", COMMENT, map_index)
