"""What every task of ours has in common: retries by class of error, and who hears of a failure."""

from datetime import timedelta
from typing import Any

from airflow.sdk import ExceptionRetryPolicy, RetryAction, RetryRule

from tieout.errors import ConfigurationError, ContractBroken, MalformedPayload, Refused
from tieout.operators.alerts import Recovered, TechnicalFailure
from tieout.operators.refusal import refuse_invalid_configuration

WAITING_DOES_NOT_HELP = RetryRule(
    exception=[Refused, ContractBroken, MalformedPayload, ConfigurationError],
    action=RetryAction.FAIL,
    reason="waiting does not help",
)


def task_defaults(runbook: str) -> dict[str, Any]:
    """Return the default arguments of a DAG's tasks.

    Args:
        runbook: name of the page in docs/runbooks that says what to do when a task fails.
    """
    return {
        "owner": "data-engineering",
        "retries": 3,
        "retry_delay": timedelta(seconds=30),
        "retry_exponential_backoff": 2.0,
        "max_retry_delay": timedelta(minutes=15),
        "retry_policy": ExceptionRetryPolicy(rules=[WAITING_DOES_NOT_HELP]),
        "on_failure_callback": TechnicalFailure(runbook=runbook),
        "on_success_callback": Recovered(),
        "pre_execute": refuse_invalid_configuration,
    }
