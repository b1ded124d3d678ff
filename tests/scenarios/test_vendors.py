"""Vendors resolved in the flow: what their documents conclude, before and after a person decided, and taken back."""

from datetime import timedelta

import pytest

from tests.scenarios.estate import AP, ERP, Estate, line
from tests.scenarios.warehouse import at
from tieout.resolution import consequences
from tieout.resolution.flow import resolve_vendors
from tieout.resolution.steward import decide_vendors

ACME = {"name": "Acme Surgical Supply Inc.", "address": "12 Harbor Road", "city": "Dayton", "postal_code": "45402"}
TWIN = {"name": "ACME SURGICAL SUPPLY", "address": "12 Harbor Rd.", "city": "Dayton", "phone": "937 555 0101"}
KPIS = ["figure_duplicate_vendor_rate", "figure_duplicate_vendor_reduction"]
SHOWN = ["+path:models/match", "+dim_vendor", "xref_vendor", "+fct_invoice", "+fct_payment", *KPIS]
DUPLICATES = """
select kpi, numerator::int, denominator::int, value::int
from {} as figure
where dimension_value = 'erp_main'
"""
HOLDS = """
select code, subject_id, episode, resolved_at is null as is_open
from match.match_hold
where code in ('VENDOR_MISMATCH', 'DUPLICATE_VENDOR', 'DUPLICATE_INVOICE', 'DUPLICATE_SUSPECT', 'VENDOR_UNKNOWN')
    and subject_id <> 'erp_main:V1'  -- the estate's own vendors have names alike
order by code collate "C", subject_id collate "C", episode
"""
FACTS = """
select invoice_line_id, verdict, po_line_id from match.match_invoice_line order by invoice_line_id collate "C"
"""


class Played:
    """A hospital whose vendor Acme has two numbers in the ERP, resolved and built a day at a time."""

    def __init__(self, models):
        self.models = models
        self.now = at("2026-03-10")
        self.estate = Estate()

    def day(self, *, late=(), full_refresh=False):
        """Land what was collected, resolve, land what comes late, build."""
        self.now += timedelta(days=1)
        self.estate.land(self.models, self.now)
        resolve_vendors(self.models.dsn, now=self.now)
        self.now = max(self.now, self.models.rows("select max(known_at) as at from quality.gate_run")[0]["at"])
        self.now += timedelta(minutes=1)
        self.estate.land(self.models, self.now, late)
        self.models.build(self.now, full_refresh=full_refresh, data_tests=False, select=SHOWN)

    def decide(self, kind, *groups, undoes=""):
        """Decide as Ann, having seen everything."""
        decided = decide_vendors(
            self.models.dsn, kind=kind, groups=groups, undoes=undoes, by="Ann", reason="rang them up", now=self.now
        )
        self.now = max(self.now, decided.known_at)
        return decided.decision_id

    def holds(self):
        """(code, subject) of open holds."""
        return {(row["code"], row["subject_id"]) for row in self.models.rows(HOLDS) if row["is_open"]}

    def duplicates(self, name):
        """(numerator, denominator, percent) of a KPI of duplicate vendors."""
        (row,) = self.models.rows(DUPLICATES.format(f"mart.figure_duplicate_vendor_{name}"))
        return tuple(row.values())[1:]

    def keys(self):
        """vendor_key by vendor number."""
        return self.models.values("select vendor_id, vendor_key from canonical.int_vendor_crosswalk")


@pytest.fixture
def played(models):
    """Orders to the one number and invoices from the other."""
    play = Played(models)
    estate = play.estate
    for number, fields in (("V8", ACME), ("V9", TWIN)):
        estate.add(ERP, "vendor", vendor_number=number, **fields)
        estate.add(AP, "vendor", vendor_number=f"S-{number}", name="Acme", source_ref=number, source_ref_system=ERP)
    estate.order("P1", line(10, "5.00"), vendor="V8")
    estate.receipt("R1", "P1", 10, "2026-03-02")
    estate.invoice("A1", "P1", 10, "5.00", "2026-03-03", vendor_number="S-V9")
    for reference in ("B1", "B2"):
        estate.invoice(reference, None, 1, "77.00", "2026-03-04", vendor_number=f"S-V{7 + int(reference[1])}",
                       invoice_number="INV-7", normalised_number="INV7")  # fmt: skip
    for number, pct, last in (("V8", "3", "2026-03-31"), ("V9", "1", None)):
        estate.policy(policy_id=f"P-{number}", vendor_key=f"erp_main:{number}", price_over_pct=pct, valid_to=last)
    return play


def test_a_merge_matches_its_documents_again_and_taken_back_they_part_again(played):
    played.estate.vendor("V3", tax_token="T3")
    played.day()
    review = ("DUPLICATE_VENDOR", "erp_main:V8")
    apart = {("VENDOR_MISMATCH", "ap:A1:1"), ("DUPLICATE_SUSPECT", "ap:B2"), review}
    assert played.holds() == apart, "they await review, and the invoice that came by both is a suspect"
    keys = played.keys()
    assert (keys["ap:S-V8"], keys["ap:S-V9"]) == ("erp_main:V8", "erp_main:V9")
    assert (played.duplicates("rate"), played.duplicates("reduction")) == ((1, 5, 20), (0, 1, 0))
    before = played.models.rows(FACTS)
    found = consequences.of_merge(played.models.dsn, ["erp_main:V8", "ap:S-V9"])
    assert [row["vendor_key"] for row in found.vendors] == ["erp_main:V8", "erp_main:V9"]
    assert [(row["invoices"], row["amount"]) for row in found.invoices] == [(1, "77.0000"), (2, "127.0000")]
    assert [row["duplicate_id"] for row in found.duplicates] == ["ap:B2"]
    assert found.policies == [{"policy_id": "P-V8", "other_policy_id": "P-V9"}]
    assert (found.mismatches_cleared, found.payments) == (1, [])

    merge = played.decide("merge", ["erp_main:V8", "erp_main:V9"])
    late = [
        (AP, "vendor", {"vendor_number": "S-late", "name": "Acme", "source_ref": "V9", "source_ref_system": ERP}),
        (AP, "vendor", {"vendor_number": "S-tax", "name": "Somebody", "tax_id_token": "T3"}),
        (ERP, "vendor", {"vendor_number": "V9", "status": "blocked", "inactive_from": "2026-03-09", **TWIN}),
    ]
    played.day(late=late)
    assert played.holds() == {("DUPLICATE_INVOICE", "ap:B2")}
    keys = played.keys()
    assert {keys[number] for number in ("ap:S-V8", "ap:S-V9", "erp_main:V9")} == {"erp_main:V8"}
    assert (keys["ap:S-late"], keys["ap:S-tax"]) == ("erp_main:V8", "erp_main:V3"), "as yet unresolved"
    assert (played.duplicates("rate"), played.duplicates("reduction")) == ((0, 4, 0), (1, 1, 100))
    (golden,) = played.models.rows("select * from mart.dim_vendor where vendor_key = 'erp_main:V8'")
    assert (golden["name"], golden["name_from"], golden["status"]) == (TWIN["name"], "erp_main:V9", "active")
    assert (golden["postal_code"], golden["address_from"]) == ("45402", "erp_main:V8")
    assert (golden["phone"], golden["phone_from"], golden["cluster_size"]) == ("937 555 0101", "erp_main:V9", 5)
    (xref,) = played.models.rows("select * from mart.xref_vendor where vendor_id = 'erp_main:V9'")
    assert (xref["method"], xref["review_state"], xref["reviewer"], xref["decision_id"]) == (
        "decision", "merged", "Ann", merge,
    )  # fmt: skip
    limits = "select policy_id, price_over_pct::int, valid_to::text from canonical.int_policies where vendor_key <> ''"
    assert played.models.values(limits) == {
        "P-V8 + P-V9": (1, "2026-03-31"), "P-V9": (1, "9999-12-31"),
    }, "the stricter goes for both while they have days in common"  # fmt: skip

    played.decide("undo", undoes=merge)
    played.day()
    assert played.holds() == apart
    assert played.models.rows(FACTS) == before
    episodes = [row["episode"] for row in played.models.rows(HOLDS) if row["code"] == "VENDOR_MISMATCH"]
    assert episodes == [1, 2]

    played.decide("apart", ["ap:S-V9"], ["erp_main:V9"])
    played.day()
    assert ("VENDOR_UNKNOWN", "ap:A1") in played.holds(), "a person's word rules over the source's reference"
    now = (played.holds(), played.models.rows(FACTS), played.keys())
    played.day(full_refresh=True)
    assert (played.holds(), played.models.rows(FACTS), played.keys()) == now
