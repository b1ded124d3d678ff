"""The faults, by name: when each strikes, and what it does. docs/guides/chaos.md tells what a user would see.

``begin`` is called before the day's extractions are posted; it puts faults of the source systems in force. ``strike``
is called while the day is under way, in a thread of its own; it waits for its moment and returns how often it struck.
"""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from chaos import disk, network
from chaos.scene import Scene, kill

WORKER = "airflow worker -- LocalExecutor: "
TASK = "airflow worker -- "
OUTAGE_SECONDS = 6.0


def _nothing(_: Scene) -> int:
    return 0


@dataclass(frozen=True)
class Fault:
    """A kind of fault. ``phase`` orders the faults of a day by the moment that they wait for."""

    name: str
    phase: int
    begin: Callable[[Scene], object] = _nothing
    strike: Callable[[Scene], int] = _nothing


def _ask(begin: network.Begin) -> Callable[[Scene], None]:
    return lambda scene: begin(scene.storm)


def _kill_task(dag: str, task: str, title: str, wait: float = 0.0) -> Callable[[Scene], int]:
    def strike(scene: Scene) -> int:
        while (instance := scene.wait_for_task(dag, task)) is not None:
            scene.pause(wait)
            if killed := scene.kill_titled(title + instance):
                return killed
        return 0

    return strike


def _kill_component(name: str, dag: str, task: str = "%", state: str = "running") -> Callable[[Scene], int]:
    def strike(scene: Scene) -> int:
        if scene.wait_for_task(dag, task, state) is None:
            return 0
        scene.pause(1.0)
        return scene.kill_component(name)

    return strike


def _kill_database(scene: Scene) -> int:
    if scene.wait_for_task("transform", "build") is None:
        return 0
    scene.pause(4.0)
    return scene.kill_database()


def _restart_everything(scene: Scene) -> int:
    """Kill the database, the source systems and all of Airflow at once."""
    if scene.wait_for_task("publish", "deliver%") is None:
        return 0
    with scene.keeper.held():
        scene.kill_database()
        for child in scene.stack.children():
            kill(child.pid)
    return 1


def _take_down(scene: Scene) -> int:
    """Two systems and an ERP's database refuse connections for some seconds, in the middle of the extractions."""
    if scene.wait_for_task("extract%", "extract%") is None:
        return 0
    taken = [scene.stack.estate.fault(system, "down") for system in ("erp_west", "erp_main", "supply")]
    time.sleep(OUTAGE_SECONDS)
    for fault in taken:
        scene.stack.estate.end_fault(fault["id"])
    return len(taken)


EXTRACT, WAIT, BUILD, PUBLISH = range(4)

FAULTS: Mapping[str, Fault] = {
    fault.name: fault
    for fault in (
        Fault("throttling", EXTRACT, begin=_ask(network.throttle)),
        Fault("server_errors", EXTRACT, begin=_ask(network.fail)),
        Fault("late_answers", EXTRACT, begin=_ask(network.answer_late)),
        Fault("cut_answers", EXTRACT, begin=_ask(network.cut_answers)),
        Fault("expired_tokens", EXTRACT, begin=_ask(network.expire_tokens)),
        Fault("clock_skew", EXTRACT, begin=_ask(network.skew_clock)),
        Fault("cut_sftp", EXTRACT, begin=_ask(network.cut_sftp)),
        Fault("cut_sftp_put", EXTRACT, begin=_ask(network.cut_sftp_put)),
        Fault("outage", EXTRACT, strike=_take_down),
        Fault("full_disk", EXTRACT, begin=disk.fill, strike=disk.free_once_hit),
        Fault("kill_extraction", EXTRACT, strike=_kill_task("extract%", "extract%", TASK, 0.5)),
        Fault("kill_worker", EXTRACT, strike=_kill_task("extract%", "extract%", WORKER, 0.5)),
        Fault("kill_scheduler", EXTRACT, strike=_kill_component("scheduler", "extract%")),
        Fault("kill_dag_processor", EXTRACT, strike=_kill_component("dag-processor", "extract%")),
        Fault("kill_triggerer", WAIT, strike=_kill_component("triggerer", "transform", "wait%", "deferred")),
        Fault("kill_build", BUILD, strike=_kill_task("transform", "build", TASK, 4.0)),
        Fault("kill_postgres", BUILD, strike=_kill_database),
        Fault("kill_api_server", BUILD, strike=_kill_component("api-server", "transform", "build")),
        Fault("kill_delivery", PUBLISH, strike=_kill_task("publish", "deliver%", TASK)),
        Fault("restart_everything", PUBLISH, strike=_restart_everything),
    )
}
