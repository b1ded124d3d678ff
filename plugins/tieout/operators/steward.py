"""Carries out a steward's decisions: on quarantined rows, on the root cause of a hold, on vendors, items and units.

Who decides is who started the run, as Airflow knows them. Each task emits the asset that starts a transformation; where
nothing was decided it is skipped and emits nothing.
"""

from typing import Any

from airflow.sdk import BaseOperator, Context

from tieout import settings
from tieout.operators.connections import warehouse_dsn
from tieout.operators.origin import decider


class DecideQuarantine(BaseOperator):
    """Release, reject or have corrected the rows that the run's parameters choose, if they still wait."""

    def execute(self, context: Context) -> dict[str, Any]:
        """Return what was decided.

        Raises:
            AirflowSkipException: nothing of it waited.
        """
        from airflow.sdk.exceptions import AirflowSkipException

        from tieout.quality.selection import Selection
        from tieout.quality.steward import decide

        params, by = context["params"], decider(context)
        decided = decide(
            warehouse_dsn(),
            action=params["action"],
            selection=Selection(params["select_by"], params["selection"], params.get("pattern", "")),
            by=by,
            reason=params["reason"],
            now=settings.business_now(),
        )
        self.log.info("%s by %s: %s", params["action"], by, decided)
        if decided.decision_id is None:
            raise AirflowSkipException("Nothing of the selection waits; nothing was decided.")
        return decided.as_dict()


class CorrectRootCause(BaseOperator):
    """Correct the root cause of the hold that the run's parameters name."""

    def execute(self, context: Context) -> str:
        """Return the decision's id."""
        from tieout.quality.root_causes import correct

        params, by = context["params"], decider(context)
        decision_id = correct(
            warehouse_dsn(),
            hold_id=params["hold_id"],
            root_cause=params["root_cause"],
            by=by,
            reason=params["reason"],
            now=settings.business_now(),
        )
        self.log.info("%s: %s by %s", params["hold_id"], params["root_cause"], by)
        return decision_id


class DecideVendor(BaseOperator):
    """Decide whether vendor numbers are one vendor, as the run's parameters say."""

    def execute(self, context: Context) -> dict[str, Any]:
        """Return the decision."""
        from tieout.resolution.steward import decide_vendors

        params, by = context["params"], decider(context)
        decided = decide_vendors(
            warehouse_dsn(),
            kind=params["kind"],
            groups=groups_of(params["groups"]),
            undoes=params["undoes"].strip(),
            by=by,
            reason=params["reason"],
            now=settings.business_now(),
        )
        self.log.info("%s by %s: %s", params["kind"], by, decided)
        return decided.as_dict()


class DecideItem(BaseOperator):
    """Decide on an item, one of its packs or a code of units, as the run's parameters say."""

    def execute(self, context: Context) -> str:
        """Return the decision's id."""
        from tieout.resolution import item_decisions

        params = {name: value.strip() for name, value in context["params"].items()}
        who = {"by": decider(context), "reason": params["reason"], "now": settings.business_now()}
        kind, dsn = params["kind"], warehouse_dsn()
        if kind == "unit_factor":
            fields = ("item_id", "unit", "factor", "factor_denominator", "of_unit", "entity_id", "vendor_id")
            made = item_decisions.decide_unit(dsn, **{name: params[name] for name in fields}, **who)
        elif kind == "unit_code":
            made = item_decisions.decide_unit_code(dsn, code=params["code"], unit=params["unit"], **who)
        else:
            pair = {name: params[name] for name in ("item_id", "record_item_id")}
            made = item_decisions.decide_item(dsn, kind=kind, **pair, **who)  # type: ignore[arg-type]
        self.log.info("%s by %s: %s", kind, who["by"], made)
        return made.decision_id


def groups_of(text: str) -> list[list[str]]:
    """Return the groups of a text: vendor ids separated by commas, groups by bars."""
    groups = [[each.strip() for each in group.split(",") if each.strip()] for group in text.split("|")]
    return [group for group in groups if group]


class ConfirmBankDetail(BaseOperator):
    """Confirm, after a call-back, the bank detail that the run's parameters name."""

    def execute(self, context: Context) -> str:
        """Return the decision's id.

        Raises:
            TieoutError: who started the run changed the detail, or nobody did; or it is not as they say.
        """
        from tieout.payments.bank_detail import confirm

        params, by = context["params"], decider(context)
        decision_id = confirm(
            warehouse_dsn(),
            subject_id=params["subject_id"],
            last4=params["last4"],
            by=by,
            reason=params["reason"],
            now=settings.business_now(),
        )
        self.log.info("%s confirmed by %s", params["subject_id"], by)
        return decision_id
