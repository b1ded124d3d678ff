"""A close is signed by who started the run."""

from types import SimpleNamespace

import pytest

from tieout.operators import close
from tieout.warehouse.close import Closed


@pytest.mark.parametrize("login", ["c.reyes", None])
def test_who_closes_a_period_is_who_is_logged_in_whatever_they_write(monkeypatch, login):
    asked = {}

    def close_period(dsn, request, **named):
        asked["by"] = request.closed_by
        return Closed(1, request.period, named["now"], (), ())

    monkeypatch.setattr(close, "warehouse_dsn", lambda: "no server")
    monkeypatch.setattr("tieout.warehouse.close.close_period", close_period)
    params = {"action": "close", "period": "2026-03", "entity_id": "", "reason": "", "closed_by": "somebody else"}
    context = {"dag_run": SimpleNamespace(triggering_user_name=login), "params": params, "run_id": "manual-1"}
    close.ClosePeriod(task_id="close").execute(context)
    assert asked["by"] == (login or "")
