"""Screens vendors against lists of whom nobody may pay, and takes compliance's decisions on hits."""

from typing import Any

from airflow.sdk import BaseOperator, Context

from tieout import settings
from tieout.operators.connections import warehouse_dsn
from tieout.operators.origin import started_by


class ScreenVendors(BaseOperator):
    """Screen who is new or changed, or everybody where a list changed, and land what changed of the hits.

    One transaction: running it again, or after it was killed, does what is left.
    """

    def execute(self, context: Context) -> dict[str, Any]:
        """Return how many vendor numbers were screened against how many entries, and how many hits there are."""
        from tieout.screening.flow import screen_vendors

        outcome = screen_vendors(
            warehouse_dsn(),
            config=settings.config_dir(),
            now=settings.business_now(),
            dag_run_id=context["run_id"],
        )
        self.log.info("Screening: %s", outcome)
        return outcome.as_dict()


class DecideScreening(BaseOperator):
    """Decide whether a vendor is the listed party that it resembles, as the run's parameters say.

    Who decides is who started the run, as Airflow knows them: compliance alone may (``config/screening.yml``).
    """

    def execute(self, context: Context) -> list[str]:
        """Return the decisions' ids.

        Raises:
            TieoutError: who started the run may not decide, or what they looked at is not so any more.
            AirflowSkipException: the same person had decided the same already.
        """
        from airflow.sdk.exceptions import AirflowSkipException

        from tieout.screening.configuration import load_screening
        from tieout.screening.decide import decide_hit

        params, by = context["params"], started_by(context)
        made = decide_hit(
            warehouse_dsn(),
            kind=params["kind"],
            vendor=params["vendor"],
            entry=params["entry"],
            by=by,
            reason=params["reason"],
            compliance=load_screening(settings.config_dir()).compliance,
            now=settings.business_now(),
        )
        self.log.info("%s by %s: %s", params["kind"], by, made)
        if not any(each.is_new for each in made):
            raise AirflowSkipException("That was decided already; nothing was written.")
        return [each.decision_id for each in made]
