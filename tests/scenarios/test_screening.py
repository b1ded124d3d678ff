"""A vendor who resembles a listed party: blocked, cleared by compliance, and blocked again when something changed.

All organisations are invented.
"""

from datetime import timedelta

import pytest

from tests.scenarios.estate import ERP
from tests.scenarios.payers import Payer
from tests.scenarios.warehouse import at
from tieout import settings
from tieout.errors import TieoutError
from tieout.screening.decide import decide_hit
from tieout.screening.flow import screen_vendors

LISTED = {"list": "sdn", "entry_id": "36", "name": "VOSTERHOLM MARITIME SUPPLY LLC", "kind": "organisation"}
ALIAS = {"list": "sdn", "entry_id": "36", "alias_id": "1", "kind": "aka", "name": "KARELGATE TRADING HOUSE"}
VENDOR = {"vendor_number": "V1", "name": "Karelgate Trading House Ltd."}
SHOWN = ["+payment_control", "+match_hold", "screening_hit"]


class Played:
    """Two vendors with an invoice due each, screened and built a day at a time."""

    def __init__(self, models):
        self.models = models
        self.now = at("2026-03-30")
        self.estate = Payer()
        self.estate.add(ERP, "vendor", **VENDOR)
        self.estate.owed("one", "100.00", "2026-03-31")
        self.estate.owed("two", "100.00", "2026-03-31", vendor_number="S-V2")

    def day(self, *late, unseen=(), full_refresh=False):
        """Land what was collected and (object, record, system) on top, screen, land what comes too late, build."""
        self.now += timedelta(days=1)
        self.estate.land(self.models, self.now)
        self.land(late)
        screen_vendors(self.models.dsn, config=settings.config_dir(), now=self.now)
        self.now = self.models.rows("select max(known_at) as at from quality.gate_run")[0]["at"] + timedelta(minutes=1)
        self.land(unseen)
        self.models.build(self.now, select=SHOWN, full_refresh=full_refresh, data_tests=False)

    def land(self, records):
        """Land (object, record, system)."""
        for name, record, system in records:
            self.models.land(name, [record], system=system, known_at=self.now)

    def decide(self, kind, vendor="erp_main:V1", by="Ann", compliance=("ann@hospital.example", "Bob"), **seen):
        """Decide on the vendor and the entry."""
        made = decide_hit(
            self.models.dsn,
            kind=kind,
            vendor=vendor,
            entry="sdn:36",
            by=by,
            reason="rang them up",
            compliance=compliance,
            now=self.now,
            **seen,
        )
        self.now = max(self.now, self.models.rows("select max(known_at) as at from quality.gate_run")[0]["at"])
        return made

    def blocked(self):
        """Vendors whose payment screening blocks, and why."""
        return self.models.values(
            "select distinct vendor_key, detail from mart.payment_control"
            " where control_code = 'SCREENING_HIT' and not passed"
        )

    def holds(self):
        """(episode, actual, resolution) of the holds of V1."""
        return [
            tuple(row.values())
            for row in self.models.rows(
                "select episode, actual, resolution from match.match_hold where code = 'SCREENING_HIT'"
                " and subject_id = 'erp_main:V1' order by episode"
            )
        ]

    def states(self):
        """State of each hit."""
        return self.models.values("select hit_id, state from mart.screening_hit")


@pytest.fixture
def played(models):
    """The hospital before a list came."""
    return Played(models)


@pytest.mark.slow
def test_a_hit_blocks_vendor_and_payment_until_it_is_cleared_and_again_when_vendor_or_entry_changed(played):
    lists = [("screening_entry", LISTED, "screening"), ("screening_alias", ALIAS, "screening")]
    played.day(*lists, unseen=[("vendor", {"vendor_number": "V2", "name": "Bromley Anchor Forge"}, ERP)])
    assert played.states() == {"erp_main:V1|sdn|36": "open"}
    assert played.blocked() == {
        "erp_main:V1": "erp_main:V1 resembles KARELGATE TRADING HOUSE, another name of VOSTERHOLM MARITIME SUPPLY LLC"
        " (sdn:36): the same words; score 1.000.",
        "erp_main:V2": "the vendor was not screened since it or a list changed",
    }
    assert played.holds() == [(1, "sdn:36", None)]
    (hold,) = played.models.rows("select * from match.match_hold where code = 'SCREENING_HIT'")
    assert (hold["owner_role"], hold["blocking"], hold["subject_type"], hold["entity_id"], hold["limit_applied"]) == (
        "compliance", True, "vendor", "H1", "0.700",
    )  # fmt: skip

    decided_by_compliance(played)
    longer = LISTED | {"entry_id": "37", "name": "AMBER RIVER COMMODITIES"}
    played.day(("screening_entry", longer, "screening"))
    assert played.states() == {"erp_main:V1|sdn|36": "cleared"}, "a longer list says nothing else of who was cleared"
    assert (played.blocked(), played.holds()) == ({}, [(1, "sdn:36", "cleared")])

    played.day(("vendor", VENDOR | {"city": "Dayton"}, ERP))
    assert (played.blocked().keys(), played.states()) == ({"erp_main:V1"}, {"erp_main:V1|sdn|36": "open"})
    assert played.holds()[1:] == [(2, "sdn:36", None)]

    played.decide("confirm")
    played.day(full_refresh=True)
    assert (played.blocked().keys(), played.states()) == ({"erp_main:V1"}, {"erp_main:V1|sdn|36": "confirmed"})
    assert played.holds()[-1] == (2, "sdn:36", None)

    played.day(("screening_entry", LISTED | {"_deleted": True}, "screening"))
    assert (played.blocked(), played.states()) == ({}, {}), "who left the list is free"
    assert played.holds()[-1] == (2, "sdn:36", "cleared")


def decided_by_compliance(played):
    """Ann clears the hit; nothing else is written."""
    with pytest.raises(TieoutError, match="needs a person and a reason"):
        played.decide("clear", by=" ")
    with pytest.raises(TieoutError, match=r"Eve is not of compliance.*nothing was written"):
        played.decide("clear", by="Eve")
    with pytest.raises(TieoutError, match="does not resemble sdn:36"):
        played.decide("clear", vendor="erp_main:V2")
    (made,) = played.decide("clear")
    assert made.is_new
    assert [each.is_new for each in played.decide("clear")] == [False]
    with pytest.raises(TieoutError, match="Ann decided screening_clear"):
        played.decide("confirm", by="Bob", seen_at=at("2026-03-01"))
    (event,) = played.models.rows("select * from audit.event where action = 'screening_clear'")
    assert (event["actor"], event["reason"], event["subject_id"]) == ("Ann", "rang them up", "erp_main:V1|sdn|36")
