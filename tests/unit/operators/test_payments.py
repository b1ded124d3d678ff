"""Payments are of today: a backfill is refused before anything is read."""

from types import SimpleNamespace

import pytest

from tieout.errors import Refused
from tieout.operators.payments import FreezeProposals


def test_a_run_for_days_of_the_past_is_refused():
    task = FreezeProposals(task_id="freeze")
    with pytest.raises(Refused, match="cannot be a backfill"):
        task.execute({"dag_run": SimpleNamespace(run_type="backfill")})
