"""What an answer means: taken over, to be tried again, or dead."""

from datetime import UTC, datetime, timedelta

import httpx
import pytest

from tieout.errors import Refused, Throttled
from tieout.feedback.answers import answer_of, answer_to_error

NOW = datetime(2026, 4, 1, tzinfo=UTC)


def judged(status: int, *, on_conflict: str = "retry", **kwargs):
    return answer_of(httpx.Response(status, **kwargs), on_conflict=on_conflict, wall_now=NOW)


@pytest.mark.parametrize("status", [200, 201, 202, 204])
def test_two_hundreds_are_acknowledged(status):
    assert judged(status).outcome == "acknowledged"


@pytest.mark.parametrize("status", [400, 401, 403, 404, 410, 413, 422])
def test_four_hundreds_are_dead_at_once(status):
    assert judged(status).outcome == "dead"


@pytest.mark.parametrize("status", [408, 425, 429, 500, 502, 503, 504])
def test_what_waiting_may_help_is_tried_again(status):
    assert judged(status).outcome == "retrying"


def test_a_conflict_goes_by_the_operations_rule():
    assert judged(409).outcome == "retrying"
    assert judged(409, on_conflict="dead").outcome == "dead"


def test_a_redirect_is_dead_because_the_address_is_wrong():
    assert judged(302).outcome == "dead"


def test_an_excerpt_is_short_and_holds_no_zero_bytes():
    answer = judged(422, text="a\x00b" + "c" * 10_000)
    assert answer.excerpt.startswith("abc")
    assert len(answer.excerpt) <= 500


def test_a_timeout_is_tried_again_and_tells_that_the_target_is_down():
    answer = answer_to_error(httpx.ReadTimeout("slow"))
    assert (answer.outcome, answer.target_is_down) == ("retrying", True)


def test_credentials_that_are_refused_stop_everything_and_a_forbidden_message_only_itself():
    assert judged(401).credentials_refused
    assert not judged(403).credentials_refused
    assert answer_to_error(Refused("token refused")).credentials_refused


def test_a_busy_token_service_says_how_long_to_wait():
    answer = answer_to_error(Throttled("busy", "", timedelta(seconds=3)))
    assert (answer.outcome, answer.retry_after) == ("retrying", timedelta(seconds=3))
