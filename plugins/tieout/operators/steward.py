"""Carries out a steward's decision on quarantined rows."""

from airflow.sdk import BaseOperator, Context

from tieout import settings
from tieout.operators.connections import warehouse_dsn


class DecideQuarantine(BaseOperator):
    """Release or reject the rows that the run's parameters choose. Only rows that still wait are decided."""

    def execute(self, context: Context) -> int:
        """Return the number of rows decided."""
        from tieout.quality.steward import decide

        params = context["params"]
        decided = decide(
            warehouse_dsn(),
            action=params["action"],
            select_by=params["select_by"],
            selection=params["selection"],
            by=params["decided_by"],
            reason=params["reason"],
            now=settings.business_now(),
        )
        self.log.info("%s rows: %s by %s", decided, params["action"], params["decided_by"])
        return decided
