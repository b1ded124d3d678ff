"""Builds copies of the warehouse: as it was known at a past moment, or with other policies."""

from dataclasses import asdict
from datetime import date, datetime
from typing import Any

from airflow.sdk import BaseOperator, Context

from tieout import settings
from tieout.errors import ConfigurationError
from tieout.operators.connections import warehouse_dsn


class RebuildWarehouse(BaseOperator):
    """Rebuild the warehouse as of a moment, or drop a rebuild, as the run's parameters say."""

    def execute(self, context: Context) -> dict[str, Any]:
        """Return what stands now, or what was dropped."""
        from tieout.warehouse.rebuild import drop_rebuild, rebuild

        params = context["params"]
        if params["action"] == "drop":
            dropped = drop_rebuild(warehouse_dsn(), name=params["name"], now=settings.business_now())
            self.log.info("Rebuild %s %s", params["name"], "was dropped" if dropped else "did not stand")
            return {"dropped": [params["name"]] if dropped else []}
        rebuilt = rebuild(
            warehouse_dsn(),
            name=params["name"],
            as_of=_moment(params["as_of"]),
            keep=params["keep"],
            now=settings.business_now(),
            dag_run_id=context["run_id"],
        )
        self.log.info("Rebuilt: %s", rebuilt)
        return asdict(rebuilt) | {"as_of": rebuilt.as_of.isoformat(), "dropped": list(rebuilt.dropped)}


class AnswerWhatIf(BaseOperator):
    """Match with the policies that the run's parameters name, and compare."""

    def execute(self, context: Context) -> list[dict[str, str]]:
        """Return the rows of ``ops.what_if``."""
        from tieout.what_if.ask import what_if
        from tieout.what_if.question import Question

        params = context["params"]
        question = Question(
            name=params["name"],
            policies=settings.config_dir() / params["policies"],
            period_from=date.fromisoformat(params["period_from"]),
            period_to=date.fromisoformat(params["period_to"]),
            baseline=params["baseline"],
        )
        rows = what_if(
            warehouse_dsn(),
            question,
            config=settings.config_dir(),
            now=settings.business_now(),
            keep_schemas=params["keep_schemas"],
            dag_run_id=context["run_id"],
        )
        for row in rows:
            self.log.info(
                "%(code)s at %(entity_id)s: %(holds_released)s holds released, %(holds_added)s added,"
                " at risk %(at_risk_before)s, then %(at_risk_after)s %(currency)s",
                row,
            )
        return [{name: str(value) for name, value in row.items()} for row in rows]


def _moment(text: str) -> datetime:
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        raise ConfigurationError(f"{text!r} is no moment.", "Write it as 2026-03-31T23:59:59-04:00.") from None
