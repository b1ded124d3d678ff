"""Feedback is sent for what ordinary runs found, never for what only a backfill found."""

from types import SimpleNamespace

import pytest

from tieout.operators.origin import sends_feedback


def context(*origins, send_feedback=True):
    events = [SimpleNamespace(extra={"origin": origin}) for origin in origins]
    return {"triggering_asset_events": {"asset": events} if events else {}, "params": {"send_feedback": send_feedback}}


@pytest.mark.parametrize(
    ("origins", "sends"),
    [
        (["backfill"], False),
        (["backfill", "backfill"], False),
        (["backfill", "manual"], True),
        (["scheduled"], True),
    ],
)
def test_feedback_is_sent_unless_only_backfills_led_to_the_run(origins, sends):
    assert sends_feedback(context(*origins)) is sends


@pytest.mark.parametrize("send_feedback", [True, False])
def test_a_run_started_by_hand_does_as_its_parameter_says(send_feedback):
    assert sends_feedback(context(send_feedback=send_feedback)) is send_feedback
