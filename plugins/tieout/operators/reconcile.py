"""Takes the open questions of the reconciliation of bank entries, for a person to answer."""

from typing import Any

from airflow.sdk import BaseOperator, Context

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
