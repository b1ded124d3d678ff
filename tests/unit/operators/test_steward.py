"""A call-back is signed by who started the run."""

from types import SimpleNamespace

import pytest

from tieout.errors import TieoutError
from tieout.operators import steward


@pytest.mark.parametrize("login", ["second", None])
def test_who_confirms_a_bank_detail_is_who_is_logged_in_whatever_they_write(monkeypatch, login):
    asked = {}
    monkeypatch.setattr(steward, "warehouse_dsn", lambda: "no server")
    monkeypatch.setattr("tieout.payments.bank_detail.confirm", lambda _, **named: asked.update(named))
    params = {"subject_id": "erp_main:V1:1", "last4": "3000", "reason": "rang them up", "decided_by": "somebody else"}
    context = {"dag_run": SimpleNamespace(triggering_user_name=login), "params": params}
    steward.ConfirmBankDetail(task_id="confirm").execute(context)
    assert asked["by"] == (login or "")


def test_a_call_back_that_nobody_signs_is_refused():
    from tieout.payments.bank_detail import confirm

    with pytest.raises(TieoutError, match="needs a person"):
        confirm("no server", subject_id="erp_main:V1:1", last4="3000", by="", reason="rang them up", now=None)
