"""A decision is signed by who started the run."""

from types import SimpleNamespace
from typing import Any

import pytest

from tieout.errors import TieoutError
from tieout.operators import steward

PARAMS = {
    "kind": "merge", "groups": "erp_main:V1, ap:S9", "undoes": "", "hold_id": "H", "root_cause": "price",
    "last4": "3000", "subject_id": "erp_main:V1:1", "reason": "rang them up", "decided_by": "somebody else",
}  # fmt: skip
DECISIONS = [
    (steward.ConfirmBankDetail, "tieout.payments.bank_detail.confirm"),
    (steward.DecideVendor, "tieout.resolution.steward.decide_vendors"),
    (steward.CorrectRootCause, "tieout.quality.root_causes.correct"),
]


def started_by(login: str | None) -> dict[str, Any]:
    return {"dag_run": SimpleNamespace(triggering_user_name=login), "params": PARAMS}


@pytest.mark.parametrize(("operator", "core"), DECISIONS)
def test_who_decides_is_who_is_logged_in_whatever_they_write(monkeypatch, operator, core):
    asked: dict[str, Any] = {}

    def decide(_: str, **named: Any) -> SimpleNamespace:
        asked.update(named)
        return SimpleNamespace(as_dict=dict)

    monkeypatch.setattr(steward, "warehouse_dsn", lambda: "no server")
    monkeypatch.setattr(core, decide)
    operator(task_id="decide").execute(started_by("second"))
    assert asked["by"] == "second"


@pytest.mark.parametrize("operator", [operator for operator, _ in DECISIONS])
def test_what_nobody_started_decides_nothing(operator):
    with pytest.raises(TieoutError, match="Nobody started this run"):
        operator(task_id="decide").execute(started_by(None))


def test_a_call_back_that_nobody_signs_is_refused():
    from tieout.payments.bank_detail import confirm

    with pytest.raises(TieoutError, match="needs a person"):
        confirm("no server", subject_id="erp_main:V1:1", last4="3000", by="", reason="rang them up", now=None)
