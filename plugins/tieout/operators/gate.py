"""Runs the quality gate over everything that has landed since."""

from typing import Any

from airflow.sdk import BaseOperator, Context

from tieout import settings
from tieout.operators.connections import warehouse_dsn
from tieout.operators.origin import sends_feedback, triggering_events


class RunGate(BaseOperator):
    """Judge all waiting batches, quarantine rows, promote batches; write results and Data Docs.

    Running it again judges what is still waiting; a batch is promoted once. Where nothing became known since the last
    transformation and its clock has not moved, the rest of the run is skipped: several extractions that end together
    each ask for a transformation, and the first takes everything.
    """

    nothing = "Nothing became known, and no time has passed, since the last transformation."

    def execute(self, context: Context) -> dict[str, Any]:
        """Return how many batches were promoted and stopped, and how many rows were held back.

        Raises:
            AirflowSkipException: there is nothing to conclude.
        """
        from airflow.sdk.exceptions import AirflowSkipException

        from tieout.quality.gate import run_gate

        outcome = run_gate(
            warehouse_dsn(),
            config=settings.config_dir(),
            dag_run_id=context["run_id"],
            now=settings.business_now(),
            data_docs=settings.data_docs_dir(),
            feed=self.feed(),
        )
        self.log.info("Gate: %s", outcome)
        if not self.concludes(context):
            raise AirflowSkipException(self.nothing)
        return outcome.as_dict()

    def feed(self) -> str | None:
        """Return the feed whose batches are judged, none where all are."""
        return None

    def concludes(self, context: Context) -> bool:
        """Whether the rest of the run has something to conclude."""
        from tieout.warehouse.connection import connect
        from tieout.warehouse.runs import nothing_new

        with connect(warehouse_dsn()) as connection:
            new = not nothing_new(connection, now=settings.business_now(), sends_feedback=sends_feedback(context))
        return new or not triggering_events(context)
