"""Carries out a steward's decisions: on quarantined rows, on the root cause of a hold."""

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


class CorrectRootCause(BaseOperator):
    """Correct the root cause of the hold that the run's parameters name."""

    def execute(self, context: Context) -> str:
        """Return the decision's id."""
        from tieout.quality.root_causes import correct

        params = context["params"]
        decision_id = correct(
            warehouse_dsn(),
            hold_id=params["hold_id"],
            root_cause=params["root_cause"],
            by=params["decided_by"],
            reason=params["reason"],
            now=settings.business_now(),
        )
        self.log.info("%s: %s by %s", params["hold_id"], params["root_cause"], params["decided_by"])
        return decision_id
