"""Carries out a steward's decision on quarantined rows."""

from typing import Any

from airflow.sdk import BaseOperator, Context

from tieout import settings
from tieout.operators.connections import warehouse_dsn


class DecideQuarantine(BaseOperator):
    """Release or reject the rows that the run's parameters choose. Only rows that still wait are decided."""

    def execute(self, context: Context) -> dict[str, Any]:
        """Return what was decided."""
        from tieout.quality.steward import Selection, decide

        params = context["params"]
        decided = decide(
            warehouse_dsn(),
            action=params["action"],
            selection=Selection(by=params["select_by"], text=params["selection"]),
            by=params["decided_by"],
            reason=params["reason"],
            now=settings.business_now(),
        )
        self.log.info("%s by %s: %s", params["action"], params["decided_by"], decided)
        return decided.as_dict()
