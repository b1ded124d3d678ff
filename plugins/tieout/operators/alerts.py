"""What a task's end leaves behind. `watch` tells people of it (docs/adr/0018-one-alert-per-cause.md).

Nothing is sent from here: fifty tasks that fail at once are one cause, and a mail server that hangs holds up no task.
"""

from typing import Any

from airflow.sdk import BaseNotifier, Context

from tieout import settings
from tieout.operators.connections import warehouse_dsn
from tieout.operators.schedules import WATCH


class TechnicalFailure(BaseNotifier):
    """A task failed for good: say so in its log, and record it as a technical exception."""

    def __init__(self, runbook: str) -> None:
        super().__init__()
        self.runbook = runbook

    def notify(self, context: Context) -> None:
        """Record which task failed and why. Where the warehouse is away too, the log is all there is."""
        from tieout.alerts.failures import record_failure
        from tieout.warehouse.connection import connect

        instance, error = context["task_instance"], context.get("exception")
        self.log.error("%s.%s failed. What to do: docs/runbooks/%s.md", instance.dag_id, instance.task_id, self.runbook)
        with connect(warehouse_dsn()) as connection:
            record_failure(
                connection, dag_id=instance.dag_id, task_id=instance.task_id, system=system_of(context.get("task")),
                error=error, runbook=self._page(context.get("task")), at=settings.business_now(),
            )  # fmt: skip

    def _page(self, task: Any) -> str:
        """Return the page that helps: whichever DAG delivers, what a target says is told with that of `publish`."""
        from tieout.operators.feedback import Deliver

        return "publish" if isinstance(task, Deliver) else self.runbook


class Recovered(BaseNotifier):
    """A task succeeded: what its failure was recorded as is over."""

    def notify(self, context: Context) -> None:
        """Resolve the task's technical exception, and that of the configuration, which the task has checked."""
        from tieout.alerts.failures import record_success
        from tieout.warehouse.connection import connect

        instance = context["task_instance"]
        with connect(warehouse_dsn()) as connection:
            record_success(
                connection, dag_id=instance.dag_id, task_id=instance.task_id, checked=instance.dag_id != WATCH,
                at=settings.business_now(),
            )  # fmt: skip


def system_of(task: Any) -> str | None:
    """Return the system that a task talks to: the source that it extracts, the target that it delivers to."""
    from tieout.operators.extract import ExtractSource
    from tieout.operators.feedback import Deliver

    if isinstance(task, ExtractSource):
        return task.system
    return task.target if isinstance(task, Deliver) else None
