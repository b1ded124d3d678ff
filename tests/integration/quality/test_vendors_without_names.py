"""A vendor file of which a third of the rows lack names stops at the gate; resolution goes on with what it knows."""

from datetime import UTC, datetime

from tieout.quality.steward import Selection, decide
from tieout.resolution.flow import resolve_vendors

LATER = datetime(2026, 4, 1, tzinfo=UTC)


def vendor(number: int, name: str | None = None) -> dict:
    """A vendor that breaks no rule, with the name given or without one."""
    return {"vendor_number": f"V{number}", "name": name, "tax_id_token": f"T{number // 2}", "status": "active"}


def test_a_file_without_a_third_of_its_names_stops_and_once_accepted_is_resolved_without_those_rows(wh, gate):
    wh.land("vendor", [vendor(1, "Quillfeather Textiles")], batch_id="before")
    gate()
    assert resolve_vendors(wh.dsn, now=LATER).vendors == 1

    rows = [vendor(number, f"Harbor Supply {number // 2}" if number % 3 else None) for number in range(30, 60)]
    wh.land("vendor", rows, batch_id="file")
    gate(now=LATER)
    assert wh.one("select state from ops.batch where batch_id = 'file'") == "stopped"
    assert not resolve_vendors(wh.dsn, now=LATER).resolved, "nothing of the file is known"

    decide(wh.dsn, action="release", selection=Selection("batch", "file"), by="Sam", reason="they mend it", now=LATER)
    gate(now=LATER)
    outcome = resolve_vendors(wh.dsn, now=LATER)
    assert (outcome.vendors, wh.one("select count(*) from quality.quarantine where state = 'waiting'")) == (21, 10)
    assert outcome.clusters_changed == 5, "numbers of one tax id and name are one vendor"
