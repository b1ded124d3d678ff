"""The task that looks each minute: what is due, and what of technical exceptions changed."""

from datetime import timedelta

import psycopg
import pytest

from tieout import operations, settings
from tieout.archive.keys import Keys
from tieout.feedback.targets import Retry

HOUR = timedelta(hours=1)


@pytest.fixture
def find_due(loop, tmp_path, monkeypatch):
    """Choose as the operator does, over the loop's warehouse."""
    from tieout.operators import feedback

    monkeypatch.setattr(feedback, "warehouse_dsn", lambda: loop.dsn)
    monkeypatch.setattr(feedback, "archive_root", lambda: tmp_path)
    monkeypatch.setattr(feedback, "keys", lambda: Keys([b"k" * 32], b"t" * 32))
    monkeypatch.setattr(settings, "business_now", lambda: loop.now)
    operator = feedback.FindDue(task_id="find_due")
    return lambda: operator.choose_branch({})


def test_only_targets_that_something_is_due_at_are_delivered_to(loop, server, find_due):
    assert find_due() == []
    loop.change("ap", retry=Retry(HOUR, 2, HOUR, 24 * HOUR, timedelta()))
    loop.conclude("INV-1")
    loop.conclude("INV-2", target="erp_main")
    loop.publish()
    assert sorted(find_due()) == ["deliver_ap", "deliver_erp_main"]
    server.answer_next(500)
    loop.deliver()
    loop.deliver("erp_main")
    assert find_due() == []  # the next try is in an hour
    loop.rows("update feedback.queue set due_at = due_at - interval '2 hours'")
    assert find_due() == ["deliver_ap"]


def test_a_technical_exception_is_told_within_the_minute(loop, find_due):
    with psycopg.connect(loop.dsn) as connection:
        operations.raise_incident(
            connection,
            fingerprint="extract:ap:invoice",
            incident_class="unavailable",
            message="AP does not answer",
            runbook="extract",
            at=loop.now,
            source_system="ap",
        )
    assert find_due() == ["deliver_service_desk"]
