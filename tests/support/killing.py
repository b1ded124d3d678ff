"""Kills a step on its way, in a process of its own, so that a test can see what the next attempt finds.

Such a process is never forked from the tests' own: dbt and servers of earlier tests leave locks and threads there, and
a lock that is held while a process forks is held in its child for ever. It is forked from one that only ever imported
what the steps need, which is also quicker than beginning from nothing each time.
"""

import multiprocessing
import os
import signal
from collections.abc import Callable
from importlib import import_module

NEEDED = ["dbt.cli.main", "tieout.feedback.delivery", "tieout.quality.gate", "tieout.quality.validation"]
SECONDS = 120


def kill_at(where: str, step: Callable[[], object]) -> None:
    """Take a step in a process that kills itself when it calls ``where``, a module's function by its dotted name.

    Args:
        where: as ``tieout.quality.gate.promote``.
        step: goes to the other process, so it is a function of a module, a ``partial`` or a method of plain values.

    Raises:
        AssertionError: the step ended otherwise.
    """
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(NEEDED)
    process = context.Process(target=_take, args=(where, step, dict(os.environ)))
    process.start()
    process.join(SECONDS)
    status = process.exitcode
    process.kill()
    assert status == -signal.SIGKILL, f"the step ended with {status} and was not killed at {where}"


def _take(where: str, step: Callable[[], object], environment: dict[str, str]) -> None:
    os.environ.update(environment)
    module, _, name = where.rpartition(".")
    setattr(import_module(module), name, lambda *_, **__: os.kill(os.getpid(), signal.SIGKILL))
    step()
