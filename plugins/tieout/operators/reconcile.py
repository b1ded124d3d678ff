"""Asks a person the open questions of the reconciliation of bank entries, and carries out the answer."""

from typing import Any

from airflow.sdk import BaseOperator, Context

from tieout import settings
from tieout.operators.connections import warehouse_dsn


class TakeQuestions(BaseOperator):
    """Take the bank entries of which the ladder cannot tell the payment. It reserves and changes nothing."""

    def execute(self, context: Context) -> dict[str, Any]:
        """Return the questions and the page that shows them.

        Raises:
            AirflowSkipException: nothing is open.
        """
        from airflow.sdk.exceptions import AirflowSkipException

        from tieout.payments.bank_questions import as_markdown, take

        params = context["params"]
        questions = take(warehouse_dsn(), size=params["size"], entity_id=params["entity_id"])
        if not questions.asked:
            raise AirflowSkipException("No bank entry awaits a person.")
        return {"questions": questions.as_dict(), "page": as_markdown(questions)}


class CarryOutAnswer(BaseOperator):
    """Carry out what a person answered, in their name. Silence, and an answer of nobody, leave all as it was.

    Args:
        taken: id of the task that took the questions.
        asked: id of the task that asked.
    """

    def __init__(self, *, taken: str, asked: str, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.taken = taken
        self.asked = asked

    def execute(self, context: Context) -> dict[str, Any]:
        """Return which questions were decided, and why others were not.

        Raises:
            AirflowSkipException: nothing was decided, so that no transformation is asked for.
        """
        from airflow.sdk.exceptions import AirflowSkipException

        from tieout.payments.bank_answers import answer_of, carry_out
        from tieout.payments.bank_questions import Questions

        instance = context["task_instance"]
        questions = Questions.from_dict(instance.xcom_pull(task_ids=self.taken)["questions"])
        answer = answer_of(instance.xcom_pull(task_ids=self.asked), questions)
        if answer is None:
            raise AirflowSkipException("Nobody decided; all stays open.")
        done = carry_out(warehouse_dsn(), questions, answer, settings.business_now())
        self.log.info("Answered by %s: %s", answer.by, done)
        for number, why in done.refused.items():
            self.log.warning("%s was not decided: %s", number, why)
        if not done.decided and not done.repeated:
            raise AirflowSkipException("Nothing was decided: see the log.")
        return done.as_dict()
