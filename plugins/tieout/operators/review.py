"""Lets a person review a batch of the steward's queue: take it, show it, carry out the answer; and the daily report."""

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


class CarryOut(BaseOperator):
    """Carry out what a person answered, in their name. Silence, and an answer of nobody, leave all as it was.

    Args:
        taken: id of the task that took the batch.
        asked: id of the task that asked.
    """

    def __init__(self, *, taken: str, asked: str, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.taken = taken
        self.asked = asked

    def execute(self, context: Context) -> dict[str, Any]:
        """Return which lines were decided, and why others were not.

        Raises:
            AirflowSkipException: nothing was decided, so that no transformation is asked for.
        """
        from airflow.sdk.exceptions import AirflowSkipException

        from tieout.stewardship.answers import answer_of, carry_out
        from tieout.stewardship.batch import Batch

        instance = context["task_instance"]
        batch = Batch.from_dict(instance.xcom_pull(task_ids=self.taken)["batch"])
        answer = answer_of(instance.xcom_pull(task_ids=self.asked), batch)
        if answer is None:
            raise AirflowSkipException("Nobody decided; all stays as it was.")
        done = carry_out(warehouse_dsn(), batch, answer, settings.business_now())
        self.log.info("Answered by %s: %s", answer.by, done)
        for number, why in done.refused.items():
            self.log.warning("%s was not decided: %s", number, why)
        if not done.decided and not done.repeated:
            raise AirflowSkipException("Nothing was decided: see the log.")
        return done.as_dict()


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
