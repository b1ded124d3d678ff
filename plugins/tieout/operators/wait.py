"""Waits, deferred, until the extractions under way have ended, so that what arrives together is taken together."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from datetime import timedelta
from typing import Any

from airflow.sdk import BaseOperator, Context
from airflow.triggers.base import BaseTrigger, TriggerEvent
from asgiref.sync import sync_to_async

UNDER_WAY = ["running", "queued"]


class WaitForExtractions(BaseOperator):
    """Wait until no run of the given DAGs is queued or running, at most ``patience`` long.

    A source that is down keeps its run alive with retries; it must not hold up the others, so that the
    transformation goes on with what is known when the patience is over.
    """

    def __init__(self, *, dag_ids: Sequence[str], patience: timedelta = timedelta(minutes=10), **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.dag_ids = list(dag_ids)
        self.patience = patience

    def execute(self, context: Context) -> None:
        """Hand over to the trigger, so that no worker is held while waiting."""
        trigger = ExtractionsEnded(dag_ids=self.dag_ids, patience_seconds=self.patience.total_seconds())
        self.defer(trigger=trigger, method_name="resume")

    def resume(self, context: Context, event: dict[str, Any]) -> None:
        """Go on; say so where an extraction is still under way."""
        if event["under_way"]:
            self.log.warning("Going on without %s, still under way after %s.", event["under_way"], self.patience)


class ExtractionsEnded(BaseTrigger):
    """Fires when no run of the given DAGs is queued or running, or when the patience is over."""

    def __init__(self, dag_ids: list[str], patience_seconds: float, poll_seconds: float = 1.0) -> None:
        super().__init__()
        self.dag_ids = dag_ids
        self.patience_seconds = patience_seconds
        self.poll_seconds = poll_seconds

    def serialize(self) -> tuple[str, dict[str, Any]]:
        """Return what the triggerer needs to make the trigger again."""
        return (
            "tieout.operators.wait.ExtractionsEnded",
            {
                "dag_ids": self.dag_ids,
                "patience_seconds": self.patience_seconds,
                "poll_seconds": self.poll_seconds,
            },
        )

    async def run(self) -> AsyncIterator[TriggerEvent]:
        """Look once per ``poll_seconds``."""
        looks = max(1, int(self.patience_seconds / self.poll_seconds))
        under_way = await self._under_way()
        for _ in range(looks):
            if not under_way:
                break
            await asyncio.sleep(self.poll_seconds)
            under_way = await self._under_way()
        yield TriggerEvent({"under_way": under_way})

    async def _under_way(self) -> list[str]:
        from airflow.sdk.execution_time.task_runner import RuntimeTaskInstance

        count = sync_to_async(RuntimeTaskInstance.get_dr_count)
        return [dag_id for dag_id in self.dag_ids if await count(dag_id=dag_id, states=UNDER_WAY)]
