"""A rule as a Great Expectations expectation, evaluated by PostgreSQL.

All expectations of an object are aggregates over one selection, so Great Expectations bundles them into one query:
each is ``count(*) filter (where <predicate>)``. Nothing but counts leaves the database, so no failing value can reach
a result or a page.

Importing this module imports Great Expectations, which takes seconds: import it inside the function that needs it.
"""

from typing import Any, ClassVar

import sqlalchemy as sa
from great_expectations.core.metric_domain_types import MetricDomainTypes
from great_expectations.core.metric_function_types import MetricPartialFunctionTypes
from great_expectations.execution_engine import SqlAlchemyExecutionEngine
from great_expectations.expectations.expectation import BatchExpectation
from great_expectations.expectations.metrics.metric_provider import metric_partial
from great_expectations.expectations.metrics.table_metric_provider import TableMetricProvider

from tieout.quality.rules import Rule

BROKEN = "table.rows_that_break_the_rule"
ROWS = "table.row_count"


class RowsThatBreakTheRule(TableMetricProvider):
    """How many rows of the selection a predicate is true for."""

    metric_name = BROKEN
    value_keys = ("predicate",)

    @metric_partial(
        engine=SqlAlchemyExecutionEngine,
        partial_fn_type=MetricPartialFunctionTypes.AGGREGATE_FN,
        domain_type=MetricDomainTypes.TABLE,
    )
    def _sqlalchemy(
        cls,
        execution_engine: SqlAlchemyExecutionEngine,
        metric_domain_kwargs: dict,
        metric_value_kwargs: dict,
        metrics: dict[str, Any],
        runtime_configuration: dict,
    ) -> tuple[Any, dict, dict]:
        broken = sa.func.count().filter(sa.text(escape_binds(metric_value_kwargs["predicate"])))
        return broken, metric_domain_kwargs, {}


class ExpectRowsToKeepTheRule(BatchExpectation):
    """No row that landed breaks the rule. ``rule_id`` names it, ``description`` says it in the domain's words."""

    rule_id: str
    owner: str
    predicate: str

    metric_dependencies: ClassVar[tuple[str, ...]] = (BROKEN, ROWS)
    domain_keys: ClassVar[tuple[str, ...]] = ("batch_id",)
    success_keys: ClassVar[tuple[str, ...]] = ("predicate",)

    def _validate(
        self, metrics: dict, runtime_configuration: dict | None = None, execution_engine: Any = None
    ) -> dict[str, Any]:
        broken, rows = int(metrics[BROKEN]), int(metrics[ROWS])
        return {
            "success": broken == 0,
            "result": {
                "observed_value": f"{broken:,} of {rows:,} rows break it",
                "element_count": rows,
                "unexpected_count": broken,
                "unexpected_percent": 100 * broken / rows if rows else 0,
            },
        }


def expectation_of(rule: Rule) -> ExpectRowsToKeepTheRule:
    """Return the expectation that the rule stands for."""
    return ExpectRowsToKeepTheRule(
        rule_id=rule.id,
        owner=rule.owner,
        predicate=rule.predicate,
        severity=rule.severity.value,
        description=f"{rule.description} ({rule.severity.value}; {rule.id}; owner: {rule.owner})",
    )


def escape_binds(text: str) -> str:
    """Return SQL in which SQLAlchemy sees no bind parameters: every colon is meant as it stands."""
    return text.replace(":", "\\:")
