"""Runs the quality gate over everything that has landed since."""

from typing import Any

from airflow.sdk import BaseOperator, Context

from tieout import settings
from tieout.operators.connections import warehouse_dsn


class RunGate(BaseOperator):
    """Judge all waiting batches, quarantine rows, promote batches; write results and Data Docs.

    Running it again judges what is still waiting; a batch is promoted once.
    """

    def execute(self, context: Context) -> dict[str, Any]:
        """Return how many batches were promoted and stopped, and how many rows were held back."""
        from tieout.quality.gate import run_gate

        outcome = run_gate(
            warehouse_dsn(),
            config=settings.config_dir(),
            dag_run_id=context["run_id"],
            now=settings.business_now(),
            data_docs=settings.data_docs_dir(),
        )
        self.log.info("Gate: %s", outcome)
        return outcome.as_dict()
