"""Retries depend on whether waiting helps."""

import pytest
from airflow.sdk import RetryAction

from tieout.errors import ContractBroken, MalformedPayload, Refused, Throttled, Transient
from tieout.operators.defaults import task_defaults


def decision(error):
    return task_defaults("any")["retry_policy"].evaluate(error, try_number=1, max_tries=3).action


@pytest.mark.parametrize("error", [Refused("401"), ContractBroken("no field"), MalformedPayload("cut off")])
def test_an_error_that_waiting_does_not_mend_fails_at_once(error):
    assert decision(error) is RetryAction.FAIL


@pytest.mark.parametrize("error", [Transient("down"), Throttled("429"), ConnectionError("reset")])
def test_an_error_that_waiting_may_mend_is_retried(error):
    assert decision(error) is not RetryAction.FAIL
