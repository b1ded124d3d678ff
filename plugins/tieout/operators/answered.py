"""Carries out what a person answered to a page: the part that every kind of page has in common."""

from abc import abstractmethod
from collections.abc import Mapping
from typing import Any

from airflow.sdk import BaseOperator, Context

from tieout import settings
from tieout.operators.connections import warehouse_dsn
from tieout.people.responses import CarriedOut, Response


class CarryOutAnswer(BaseOperator):
    """Carry out what a person answered, in their name. Silence, and an answer of nobody, leave all as it was.

    Args:
        taken: id of the task that took what is asked.
        asked: id of the task that asked.
    """

    def __init__(self, *, taken: str, asked: str, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.taken = taken
        self.asked = asked

    @abstractmethod
    def carry_out(self, taken: Mapping[str, Any], response: Response) -> CarriedOut | None:
        """Return what became of the answer, None where nobody decided.

        Args:
            taken: what the task returned that took what is asked.
            response: the answer.
        """

    def execute(self, context: Context) -> dict[str, Any]:
        """Return what was decided, by number on the page, and why the rest was not.

        Raises:
            AirflowSkipException: nothing was decided, so that no transformation is asked for.
        """
        from airflow.sdk.exceptions import AirflowSkipException

        instance = context["task_instance"]
        response = Response.of(instance.xcom_pull(task_ids=self.asked))
        done = self.carry_out(instance.xcom_pull(task_ids=self.taken), response)
        if done is None:
            raise AirflowSkipException("Nobody decided; all stays as it was.")
        self.log.info("Answered by %s: %s", response.by, done)
        for number, why in done.refused.items():
            self.log.warning("%s was not decided: %s", number, why)
        if not done.decided and not done.repeated:
            raise AirflowSkipException("Nothing was decided: see the log.")
        return done.as_dict()


class CarryOutReview(CarryOutAnswer):
    """Of a batch of the steward's queue."""

    def carry_out(self, taken: Mapping[str, Any], response: Response) -> CarriedOut | None:
        """See the base."""
        from tieout.stewardship.answers import answer_of, carry_out
        from tieout.stewardship.batch import Batch

        batch = Batch.from_dict(taken["batch"])
        answer = answer_of(response, batch)
        return carry_out(warehouse_dsn(), batch, answer, settings.business_now()) if answer else None


class CarryOutReconciliation(CarryOutAnswer):
    """Of open questions about bank entries."""

    def carry_out(self, taken: Mapping[str, Any], response: Response) -> CarriedOut | None:
        """See the base."""
        from tieout.payments.bank_answers import answer_of, carry_out
        from tieout.payments.bank_questions import Questions

        questions = Questions.from_dict(taken["questions"])
        answer = answer_of(response, questions)
        return carry_out(warehouse_dsn(), questions, answer, settings.business_now()) if answer else None
