"""Compliance decides on hits, and nobody else; refused before anything is read."""

from datetime import UTC, datetime
from types import SimpleNamespace

import pytest

from tieout import settings
from tieout.errors import TieoutError
from tieout.operators import screen
from tieout.screening.configuration import load_screening
from tieout.screening.decide import decide_hit

PARAMS = {"kind": "clear", "vendor": "erp_main:V1", "entry": "sdn:36", "reason": "rang them up"}


@pytest.mark.parametrize("person", ["treasurer", "compliance desk", "not-compliance"])
def test_who_is_not_of_compliance_is_refused_and_told_who_is(person):
    with pytest.raises(TieoutError, match=f"{person} is not of compliance") as refused:
        decide_hit(
            "no server", kind="clear", vendor="erp_main:V1", entry="sdn:36", by=person, reason="rang them up",
            compliance=("eve", "dan"), now=datetime(2026, 3, 31, tzinfo=UTC),
        )  # fmt: skip
    assert "one of dan, eve" in str(refused.value)


def test_who_decides_is_who_is_logged_in_whatever_they_write(monkeypatch):
    asked = {}
    monkeypatch.setattr(screen, "warehouse_dsn", lambda: "no server")
    monkeypatch.setattr("tieout.screening.decide.decide_hit", lambda _, **named: asked.update(named) or [])
    for login in ("treasurer", None):
        run = SimpleNamespace(triggering_user_name=login)
        context = {"dag_run": run, "params": PARAMS | {"decided_by": "compliance"}}
        with pytest.raises(Exception, match="decided already"):
            screen.DecideScreening(task_id="decide").execute(context)
        assert asked["by"] == (login or "")
        assert asked["compliance"] == load_screening(settings.config_dir()).compliance
