"""What has a history: holds in episodes, releases that stick, and the past built again."""

from typing import Any

from tests.scenarios.estate import AP, ERP, Estate, line
from tests.scenarios.warehouse import Warehouse, at

EPISODES = """
    select subject_id, code, episode, is_open, resolution, actual
    from match.match_hold
    where code = 'PRICE_OVER'
    order by subject_id, episode
"""


def episodes(warehouse: Warehouse) -> list[tuple[Any, ...]]:
    """Subject, whether it is open, resolution and figure of each episode of a price hold."""
    return [
        (row["subject_id"], row["episode"], row["is_open"], row["resolution"], row["actual"])
        for row in warehouse.rows(EPISODES)
    ]


def priced(estate: Estate, reference: str, order: str, price: str, **fields: Any) -> None:
    """An invoice of ten at a price, as the source has it now."""
    estate.invoice(reference, order, 10, price, "2026-03-05", **fields)


def test_a_release_sticks_until_the_facts_get_worse_and_holds_come_back_as_episodes(models: Warehouse) -> None:
    estate = Estate()
    for number in (1, 2, 3):
        estate.order(f"PO{number}", line(10, "5.00"))
        estate.receipt(f"r{number}", f"PO{number}", 10, "2026-03-02")
        priced(estate, f"I{number}", f"PO{number}", "5.50")
    estate.land(models, at("2026-03-10"))
    models.build(at("2026-03-10"))
    assert episodes(models) == [(f"ap:I{n}:1", 1, True, None, "5.5") for n in (1, 2, 3)]

    # released by a person; lifted by the platform itself; corrected
    estate.release("R1", "I1", "PRICE_OVER", actual="5.5")
    estate.release("R2", "I2", "PRICE_OVER", actual="5.5", touch="system")
    priced(estate, "I3", "PO3", "5.00")
    estate.land(models, at("2026-03-11"))
    models.build(at("2026-03-11"))
    assert episodes(models) == [
        ("ap:I1:1", 1, False, "released", "5.5"),
        ("ap:I2:1", 1, True, None, "5.5"),
        ("ap:I3:1", 1, False, "cleared", "5.5"),
    ]
    verdicts = models.values("select invoice_id, verdict from match.match_invoice order by invoice_id")
    assert verdicts == {"ap:I1": "released", "ap:I2": "exception", "ap:I3": "matched"}

    # better than released; worse; back again; and one cancelled
    priced(estate, "I1", "PO1", "5.40")
    priced(estate, "I2", "PO2", "5.50", status="cancelled")
    priced(estate, "I3", "PO3", "5.60")
    estate.land(models, at("2026-03-12"))
    models.build(at("2026-03-12"))
    assert episodes(models) == [
        ("ap:I1:1", 1, False, "released", "5.5"),
        ("ap:I2:1", 1, False, "rejected", "5.5"),
        ("ap:I3:1", 1, False, "cleared", "5.5"),
        ("ap:I3:1", 2, True, None, "5.6"),
    ]
    priced(estate, "I1", "PO1", "5.51")
    estate.land(models, at("2026-03-13"))
    models.build(at("2026-03-13"))
    assert episodes(models)[:2] == [("ap:I1:1", 1, False, "released", "5.5"), ("ap:I1:1", 2, True, None, "5.51")]

    # a run that finds nothing new writes nothing
    before = models.values("select count(*), max(known_at) from match.match_hold_log")
    models.build(at("2026-03-14"))
    assert models.values("select count(*), max(known_at) from match.match_hold_log") == before


def test_a_rebuild_as_of_a_past_moment_says_what_the_warehouse_said_and_writes_no_log(models: Warehouse) -> None:
    estate = Estate()
    estate.order("PO1", line(10, "5.00"))
    estate.receipt("r1", "PO1", 10, "2026-03-02")
    priced(estate, "I1", "PO1", "5.50")
    estate.invoice("I2", "PO1", 3, "5.00", "2026-03-09")
    past, present = at("2026-03-10"), at("2026-03-20")
    estate.land(models, past)
    models.build(past)
    tables = ("match_invoice_line", "match_allocation", "match_hold", "match_verdict_log")
    said = {table: models.rows(f"select * from match.{table} order by 1, 2") for table in tables}

    estate.policy(price_over_pct="unlimited", price_over_amount="unlimited")
    estate.add(AP, "invoice", invoice_ref="I2", entity_id="H1", kind="invoice", currency="USD", net_amount=15,
               gross_amount=15, status="cancelled")  # fmt: skip
    estate.add(ERP, "vendor", vendor_number="V1", name="V1", status="blocked")
    estate.land(models, present)
    models.build(present)
    assert models.rows("select * from match.match_invoice_line order by 1, 2") != said["match_invoice_line"]
    log = models.rows("select * from match.match_hold_log order by hold_id, known_at, event_order")

    variables = f"{{schema_prefix: past_, as_of: '{past.isoformat()}'}}"
    models.dbt.parsed_again(
        "build", "--full-refresh", "--vars", variables, "--select", "+path:models/match",
        "--exclude-resource-type", "unit_test",
    )  # fmt: skip

    for table in tables:
        assert models.rows(f"select * from past_match.{table} order by 1, 2") == said[table], table
    assert models.rows("select * from match.match_hold_log order by hold_id, known_at, event_order") == log


def test_both_logs_survive_a_full_refresh_and_episodes_count_on(models: Warehouse) -> None:
    estate = Estate()
    estate.order("PO1", line(10, "5.00"))
    estate.receipt("r1", "PO1", 10, "2026-03-02")
    for day, price in (("2026-03-10", "5.50"), ("2026-03-11", "5.00")):
        priced(estate, "I1", "PO1", price)
        estate.land(models, at(day))
        models.build(at(day))
    logs = {
        log: models.rows(f"select * from match.{log} order by known_at, {key}")
        for log, key in (("match_hold_log", "hold_id"), ("match_verdict_log", "subject_id"))
    }
    holds = models.rows("select * from match.match_hold order by hold_id, episode")

    models.build(at("2026-03-12"), full_refresh=True)

    assert models.rows("select * from match.match_hold_log order by known_at, hold_id") == logs["match_hold_log"]
    assert (
        models.rows("select * from match.match_verdict_log order by known_at, subject_id")
        == (logs["match_verdict_log"])
    )
    assert models.rows("select * from match.match_hold order by hold_id, episode") == holds

    # what a full refresh itself finds new goes on from the log
    priced(estate, "I1", "PO1", "5.50")
    estate.land(models, at("2026-03-13"))
    models.build(at("2026-03-13"), full_refresh=True)
    assert episodes(models) == [("ap:I1:1", 1, False, "cleared", "5.5"), ("ap:I1:1", 2, True, None, "5.5")]
    verdicts = models.rows(
        "select to_verdict from match.match_verdict_log where subject_id = 'ap:I1:1' order by known_at"
    )
    assert [row["to_verdict"] for row in verdicts] == ["exception", "matched", "exception"]
