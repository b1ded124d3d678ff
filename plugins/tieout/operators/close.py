"""Closes a period, or shows one as it was closed."""

from dataclasses import asdict
from typing import Any

from airflow.sdk import BaseOperator, Context

from tieout import settings
from tieout.operators.connections import warehouse_dsn
from tieout.operators.origin import started_by


class ClosePeriod(BaseOperator):
    """Close the period that the run's parameters name, or build it again as it was closed.

    Who closes is who started the run, as Airflow knows them.
    """

    def execute(self, context: Context) -> dict[str, Any]:
        """Return the close."""
        from tieout.warehouse.close import Request, close_period
        from tieout.warehouse.reopened import show

        params = context["params"]
        if params["action"] == "show":
            shown = show(
                warehouse_dsn(),
                period=params["period"],
                entity_id=params["entity_id"],
                keep=params["keep"],
                now=settings.business_now(),
                dag_run_id=context["run_id"],
            )
            self.log.info("Close %s of %s stands in %smart", shown.close.close_id, shown.close.period,
                          shown.schema_prefix)  # fmt: skip
            return _plain(shown.close) | {"schema_prefix": shown.schema_prefix}
        request = Request(params["period"], params["entity_id"], started_by(context), params["reason"])
        closed = close_period(warehouse_dsn(), request, now=settings.business_now(), dag_run_id=context["run_id"])
        self.log.info("%s closed %s: %s", request.closed_by, closed.period, closed)
        return _plain(closed)


def _plain(close: Any) -> dict[str, Any]:
    return asdict(close) | {
        "as_of": close.as_of.isoformat(),
        "entities": list(close.entities),
        "accepted": list(close.accepted),
    }
