"""An invoice whose lines the quality gate holds back is not one without lines."""

from tests.scenarios.estate import Estate, line
from tests.scenarios.warehouse import Warehouse, at

FIRST, SECOND = at("2026-03-10"), at("2026-03-11")
LINES = "select batch_id from ops.batch where object = 'invoice_line'"


def stop_lines(warehouse: Warehouse) -> None:
    """Take the promotion of the invoice lines back: their batch stopped at the gate."""
    with warehouse.connection.transaction():
        warehouse.connection.execute(f"delete from quality.promotion where batch_id in ({LINES})".encode())
        warehouse.connection.execute(b"update ops.batch set state = 'stopped' where object = 'invoice_line'")


def accept_lines(warehouse: Warehouse) -> None:
    """Let them through later."""
    moment = {"at": SECOND}
    with warehouse.connection.transaction():
        warehouse.connection.execute(
            b"insert into quality.gate_run (gate_run_id, known_at, started_at) values ('accepted', %(at)s, %(at)s)",
            moment,
        )
        warehouse.connection.execute(
            b"insert into quality.promotion (batch_id, object, source_system, known_at, rows_promoted,"
            b" rows_quarantined, gate_run_id) select batch_id, object, source_system, %(at)s, 1, 0, 'accepted'"
            b" from ops.batch where object = 'invoice_line'",
            moment,
        )
        warehouse.connection.execute(b"update ops.batch set state = 'promoted' where object = 'invoice_line'")


def hold_the_line(warehouse: Warehouse) -> None:
    """Hold the one line back by itself, in a batch that was promoted."""
    warehouse.connection.execute(
        b"insert into quality.quarantine (object, batch_id, row_number, source_system, record_key, rule_ids, reason,"
        b" owner, quarantined_at) select 'invoice_line', batch_id, 1, source_system, 'A|1', array['rule'], 'why', 'ap',"
        b" landed_at from ops.batch where object = 'invoice_line'"
    )


def billed() -> Estate:
    """An order of 10, received, and its invoice of one line."""
    estate = Estate()
    estate.order("PO1", line(10, "5.00"))
    estate.receipt("r1", "PO1", 10, "2026-03-02")
    estate.invoice("A", "PO1", 10, "5.00", "2026-03-05")
    return estate


def conclusions(warehouse: Warehouse) -> tuple[object, list[object], int]:
    """The invoice's verdict, its findings and the rows of allocation."""
    verdict = warehouse.values("select invoice_id, verdict from match.match_invoice")["ap:A"]
    findings = [row["code"] for row in warehouse.rows("select code from match.match_finding where invoice_id = 'ap:A'")]
    return verdict, findings, warehouse.rows("select count(*) as n from match.match_allocation")[0]["n"]


def test_an_invoice_whose_lines_stopped_at_the_gate_takes_nothing_and_matches_when_they_pass(models):
    billed().land(models, FIRST)
    stop_lines(models)
    models.build(FIRST)
    assert conclusions(models) == ("exception", ["MISSING_DATA"], 0)

    accept_lines(models)
    models.build(SECOND)
    assert conclusions(models) == ("matched", [], 1)


def test_an_invoice_whose_only_line_is_in_quarantine_takes_nothing(models):
    billed().land(models, FIRST)
    hold_the_line(models)
    models.build(FIRST)
    assert conclusions(models) == ("exception", ["MISSING_DATA"], 0)
