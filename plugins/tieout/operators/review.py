"""Takes a batch of the steward's queue, for a person to review; and writes the daily report."""

from typing import Any

from airflow.sdk import BaseOperator, Context

from tieout import settings
from tieout.operators.connections import warehouse_dsn
from tieout.operators.origin import triggering_events


class TakeBatch(BaseOperator):
    """Take the lines of the queue that the run's parameters ask for. It reserves and changes nothing."""

    def execute(self, context: Context) -> dict[str, Any]:
        """Return the batch and the page that shows it.

        Raises:
            AirflowSkipException: nothing of the kind waits.
        """
        from airflow.sdk.exceptions import AirflowSkipException

        from tieout.stewardship.batch import take
        from tieout.stewardship.page import as_markdown

        params = context["params"]
        batch = take(warehouse_dsn(), kind=params["kind"], size=params["size"], entity_id=params["entity_id"])
        if not batch.lines:
            raise AirflowSkipException(f"Nothing of kind {params['kind']} waits.")
        return {"batch": batch.as_dict(), "page": as_markdown(batch)}


class WriteReport(BaseOperator):
    """Write the steward's report, once a business day; by hand, whenever it is asked for."""

    def execute(self, context: Context) -> str:
        """Return where the page is.

        Raises:
            AirflowSkipException: today's is there already, or nothing was transformed yet.
        """
        from airflow.sdk.exceptions import AirflowSkipException

        from tieout.stewardship.report import regenerate

        by_hand = not triggering_events(context)
        page = regenerate(warehouse_dsn(), settings.steward_report_dir(), again=by_hand)
        if page is None:
            raise AirflowSkipException("There is a page of this day already, or nothing to show yet.")
        return str(page)
