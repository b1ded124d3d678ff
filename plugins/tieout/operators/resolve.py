"""Resolves vendors: which vendor numbers are one vendor."""

from typing import Any

from airflow.sdk import BaseOperator, Context

from tieout import settings
from tieout.operators.connections import warehouse_dsn


class ResolveVendors(BaseOperator):
    """Score what is new or changed of vendors, and land what changed of the answer; nothing where nothing arrived.

    One transaction: running it again, or after it was killed, does what is left.
    """

    def execute(self, context: Context) -> dict[str, Any]:
        """Return how many vendor numbers there are, were scored and resolve to something else."""
        from tieout.resolution.flow import resolve_vendors

        outcome = resolve_vendors(warehouse_dsn(), now=settings.business_now(), dag_run_id=context["run_id"])
        self.log.info("Vendors: %s", outcome)
        return outcome.as_dict()
