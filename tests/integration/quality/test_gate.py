"""What the gate lets through, what it holds back, what it stops."""

import sys
from datetime import timedelta

import pytest
import yaml

from tieout.errors import ConfigurationError


def test_rows_that_keep_all_rules_are_promoted_and_known_from_then_on(wh, gate, receipt, invoice):
    receipts = wh.land("receipt_line", [receipt(), receipt(receipt_ref="R2")])
    invoices = wh.land("invoice", [invoice()], source_system="ap")

    outcome = gate()

    assert (outcome.batches_promoted, outcome.batches_stopped) == (2, 0)
    assert (outcome.rows_landed, outcome.rows_promoted, outcome.rows_quarantined) == (3, 3, 0)
    assert wh.rows("select batch_id, known_at, rows_promoted from quality.promotion order by batch_id") == [
        {"batch_id": invoices, "known_at": outcome.known_at, "rows_promoted": 1},
        {"batch_id": receipts, "known_at": outcome.known_at, "rows_promoted": 2},
    ]
    assert wh.one("select array_agg(distinct state) from ops.batch") == ["promoted"]
    told = wh.rows("select subject_id, action, after ->> 'payload_sha256' as sha256 from audit.event order by 1")
    assert told == wh.rows(
        "select batch_id as subject_id, state as action, payload_sha256 as sha256 from ops.batch order by 1"
    )


def test_a_value_that_does_not_cast_is_quarantined_with_the_reason_and_the_rest_goes_on(wh, gate, receipt):
    rows = [receipt(receipt_ref=f"R{n}") for n in range(30)]
    rows[6] |= {"qty": "ten"}
    batch = wh.land("receipt_line", rows)

    outcome = gate()

    assert (outcome.rows_promoted, outcome.rows_quarantined) == (29, 1)
    (held,) = wh.rows("select * from quality.quarantine")
    assert (held["object"], held["batch_id"], held["row_number"]) == ("receipt_line", batch, 7)
    assert held["rule_ids"] == ["receipt_line.qty.type"]
    assert held["reason"] == "Not so: qty reads as a quantity."
    assert (held["entity_id"], held["owner"], held["state"]) == ("H1", "receiving", "waiting")
    assert wh.one("select rows_promoted from quality.promotion") == 29
    assert wh.one("select count(*) from raw.receipt_line") == 30
    assert wh.one("select qty from raw.receipt_line where _row_number = 7") == "ten"


BROKEN_RECEIPTS = [
    ("received_at", "31.03.2026 08:00", "received_at.type"),
    ("received_at", "2026-03-31", "received_at.type"),
    ("received_at", "yesterday", "received_at.type"),
    ("received_at", "2026-02-30T08:00:00+00:00", "received_at.type"),
    ("qty", "NaN", "qty.type"),
    ("qty", "1,000", "qty.type"),
    ("qty", "1" + "0" * 13, "qty.type"),
    ("line_number", "1.5", "line_number.type"),
    ("qty", None, "qty.required"),
    ("qty", " ", "qty.required"),
    ("kind", "delivery", "kind.allowed"),
    ("entity_id", "US99", "entity_id.configured"),
    ("qty", "0", "qty_is_above_zero"),
    ("accepted_qty", "10.5", "no_more_is_inspected_than_received"),
    ("received_at", "0026-03-31T08:00:00+00:00", "received_at_is_plausible"),
]


def test_rows_that_break_a_critical_rule_are_quarantined_each_for_its_own_reason(wh, gate, receipt):
    for number, (field, value, _) in enumerate(BROKEN_RECEIPTS):
        row = receipt(receipt_ref=f"B{number}") | {field: value}
        wh.land("receipt_line", [receipt(receipt_ref=f"R{number}"), row], batch_id=f"batch {number:02}")

    gate()

    held = wh.rows("select row_number, rule_ids from quality.quarantine order by batch_id, row_number")
    assert [row["row_number"] for row in held] == [2] * len(BROKEN_RECEIPTS)
    for row, (_, _, rule) in zip(held, BROKEN_RECEIPTS, strict=True):
        assert f"receipt_line.{rule}" in row["rule_ids"]


def test_a_row_that_breaks_several_rules_is_held_back_once_with_all_of_them(wh, gate, receipt):
    wh.land("receipt_line", [receipt(qty="-1", entity_id="US99", named_receipt_ref="R0")])

    gate()

    (held,) = wh.rows("select rule_ids, reason from quality.quarantine")
    assert held["rule_ids"] == [
        "receipt_line.entity_id.configured",
        "receipt_line.qty_is_above_zero",
        "receipt_line.only_a_return_names_a_receipt",
    ]
    assert held["reason"].startswith("Not so: entity_id is an entity that is configured. A receipt or return is of")


def test_a_row_that_breaks_a_rule_of_severity_warning_is_promoted_and_reported(wh, gate, invoice):
    batch = wh.land("invoice", [invoice(due_date="2026-03-01"), invoice(invoice_ref="I2")], source_system="ap")

    outcome = gate()

    assert (outcome.rows_promoted, outcome.rows_quarantined) == (2, 0)
    (result,) = wh.rows("select * from quality.result where rows_failed > 0")
    assert (result["batch_id"], result["rule_id"]) == (batch, "invoice.due_date_does_not_precede_invoice_date")
    assert (result["severity"], result["rows_checked"], result["rows_failed"]) == ("warning", 2, 1)


def test_what_matching_reports_as_a_finding_goes_through(wh, gate, invoice):
    wh.land(
        "invoice",
        [
            invoice(invoice_number=None, invoice_date=None, vendor_number=None, received_at=None),
            invoice(invoice_ref="I2", gross_amount="999.00", po_number="unheard of"),
        ],
        source_system="ap",
    )
    line = {"invoice_ref": "I1", "line_number": "1", "amount": "10.00"}
    wh.land(
        "invoice_line",
        [line, line | {"line_number": "2", "qty": "0"}, line | {"line_number": "3", "qty": "-2", "amount": "-10"}],
        source_system="ap",
    )

    assert gate().rows_quarantined == 0


def test_results_are_told_apart_by_batch_and_rule(wh, gate, receipt):
    first = wh.land("receipt_line", [receipt(), receipt(receipt_ref="R2", qty="0")])
    second = wh.land("receipt_line", [receipt(receipt_ref="R3")], source_system="supply")

    gate()

    rows = wh.rows(
        "select batch_id, rows_checked, rows_failed from quality.result"
        " where rule_id = 'receipt_line.qty_is_above_zero' order by batch_id"
    )
    assert rows == [
        {"batch_id": first, "rows_checked": 2, "rows_failed": 1},
        {"batch_id": second, "rows_checked": 1, "rows_failed": 0},
    ]


def test_a_required_field_that_did_not_arrive_stops_the_batch_and_raises_one_incident(wh, gate, receipt):
    rows = [receipt(po_number=None), receipt(receipt_ref="R2", po_number=None)]
    batch = wh.land("receipt_line", rows, source_system="supply", missing_fields=["po_number", "lot"])
    other = wh.land("receipt_line", [receipt(receipt_ref="R3")])

    outcome = gate()

    assert (outcome.batches_promoted, outcome.batches_stopped) == (1, 1)
    assert wh.one("select state from ops.batch where batch_id = %s", batch) == "stopped"
    assert [row["batch_id"] for row in wh.rows("select batch_id from quality.promotion")] == [other]
    (incident,) = wh.rows("select * from ops.incident")
    assert (incident["class"], incident["state"]) == ("contract broken", "dead")
    assert (incident["source_system"], incident["object"], incident["batch_id"]) == ("supply", "receipt_line", batch)
    assert "without po_number, which version 1 of config/objects/receipt_line.yml requires" in incident["message"]
    assert wh.one("select count(*) from raw.receipt_line where _batch_id = %s", batch) == 2


def test_a_field_that_is_not_required_may_be_missing(wh, gate, receipt):
    wh.land("receipt_line", [receipt()], missing_fields=["lot"])

    assert gate().batches_promoted == 1


def test_the_same_breach_again_is_the_same_incident_and_it_ends_when_every_record_is_in(wh, gate, receipt):
    first, second = receipt(_record_key="R1"), receipt(_record_key="R2")
    wh.land("receipt_line", [first | {"po_number": None}], missing_fields=["po_number"])
    gate()
    wh.land("receipt_line", [second | {"po_number": None}], missing_fields=["po_number"], day=1)
    gate()
    assert wh.rows("select attempts, state from ops.incident") == [{"attempts": 2, "state": "dead"}]

    wh.land("receipt_line", [first], day=1, landed_day=2)
    gate()
    assert wh.one("select state from ops.incident") == "dead"

    wh.land("receipt_line", [second], day=3)
    gate()
    assert wh.one("select state from ops.incident") == "resolved"


def test_a_corrected_extract_without_the_rows_that_did_not_change_leaves_the_incident_open(wh, gate, receipt):
    good, bad = [receipt(_record_key=f"R{n}") for n in range(20)], [receipt(_record_key=f"B{n}") for n in range(10)]
    wh.land("receipt_line", [*good, *[row | {"qty": "0"} for row in bad]])
    assert gate().batches_stopped == 1

    wh.land("receipt_line", bad, landed_day=1)
    assert gate().batches_promoted == 1
    assert wh.one("select state from ops.incident") == "dead"


def test_rows_without_a_key_are_in_when_their_interval_was_read_again(wh, gate, receipt):
    wh.land("receipt_line", [receipt(_record_key="", receipt_ref=None)], missing_fields=["receipt_ref"])
    gate()
    wh.land("receipt_line", [receipt()], landed_day=1)
    gate()
    assert wh.one("select state from ops.incident") == "resolved"


def test_more_quarantined_than_the_limit_in_percent_stops_the_batch(wh, gate, receipt):
    good = [receipt(receipt_ref=f"R{n}") for n in range(27)]
    batch = wh.land("receipt_line", [*good, *[receipt(receipt_ref=f"B{n}", qty="x") for n in range(4)]])

    outcome = gate()

    assert outcome.batches_stopped == 1
    assert wh.one("select state from ops.batch") == "stopped"
    assert wh.one("select count(*) from quality.promotion") == 0
    assert wh.one("select count(*) from quality.quarantine") == 0
    assert wh.one("select rows_failed from quality.result where rule_id = 'receipt_line.qty.type'") == 4
    (incident,) = wh.rows("select * from ops.incident")
    assert incident["message"].startswith("4 of 31 rows of receipt_line from erp_main (feed feed) break a critical")
    assert (incident["batch_id"], incident["class"]) == (batch, "contract broken")


def test_exactly_the_limit_in_percent_is_within(wh, gate, receipt):
    good = [receipt(receipt_ref=f"R{n}") for n in range(27)]
    wh.land("receipt_line", [*good, *[receipt(receipt_ref=f"B{n}", qty="x") for n in range(3)]])

    outcome = gate()

    assert (outcome.batches_stopped, outcome.rows_quarantined) == (0, 3)


def test_a_batch_of_a_few_rows_is_not_judged_by_percent(wh, gate, receipt):
    wh.land("receipt_line", [receipt(qty="x")])

    outcome = gate()

    assert (outcome.batches_promoted, outcome.rows_promoted, outcome.rows_quarantined) == (1, 0, 1)


def test_more_quarantined_than_the_limit_in_rows_stops_the_batch(wh, gate, receipt, config):
    path = config / "objects" / "receipt_line.yml"
    contract = yaml.safe_load(path.read_text()) | {"quarantine_limit": {"percent": 100, "rows": 1, "min_rows": 1}}
    path.write_text(yaml.safe_dump(contract))
    wh.land("receipt_line", [receipt(qty="x"), receipt(receipt_ref="R2", qty="x"), receipt(receipt_ref="R3")])

    assert gate().batches_stopped == 1


def test_a_tombstone_goes_through_with_its_key_alone(wh, gate):
    wh.land("receipt_line", [{"receipt_ref": "R1", "_deleted": True}])

    outcome = gate()

    assert (outcome.rows_promoted, outcome.rows_quarantined) == (1, 0)


def test_a_batch_without_rows_is_promoted(wh, gate):
    wh.land("receipt_line", [])

    assert gate().batches_promoted == 1


def test_each_run_is_known_strictly_later_than_the_last_also_when_the_clock_stands(wh, gate, receipt):
    wh.land("receipt_line", [receipt()])
    first = gate()
    wh.land("receipt_line", [receipt(receipt_ref="R2")])
    second = gate()

    assert second.known_at == first.known_at + timedelta(microseconds=1)


def test_what_a_transformation_did_not_see_is_known_later_than_its_as_of(wh, gate, receipt):
    wh.land("receipt_line", [receipt()])
    as_of = wh.one(
        "insert into ops.run (run_id, as_of, full_refresh, sends_feedback, state, started_at)"
        " values ('run', '2026-04-02', false, false, 'succeeded', '2026-04-02') returning as_of"
    )

    assert gate().known_at == as_of + timedelta(microseconds=1)


def test_a_gate_with_nothing_to_do_does_nothing_and_does_not_load_great_expectations(wh, gate, monkeypatch):
    for name in [name for name in sys.modules if name.startswith(("great_expectations", "tieout.quality.validation"))]:
        monkeypatch.setitem(sys.modules, name, None)
    monkeypatch.setitem(sys.modules, "great_expectations", None)

    outcome = gate()

    assert outcome.as_dict()["gate_run_id"] is None
    assert wh.one("select count(*) from quality.gate_run") == 0


def test_a_batch_of_an_object_without_a_contract_is_a_configuration_error(wh, gate, config):
    wh.land("receipt_line", [])
    (config / "objects" / "receipt_line.yml").unlink()

    with pytest.raises(ConfigurationError, match="which has no contract"):
        gate()

    assert wh.one("select state from ops.batch") == "landed"


def test_a_statement_that_does_not_foot_is_quarantined(wh, gate):
    statement = {
        "account_ref": "main", "currency": "USD", "to_date": "2026-03-30", "opening_amount": "100.00",
        "closing_amount": "90.00",
    }  # fmt: skip
    entry = {"entry_number": "1", "booking_date": "2026-03-30", "currency": "USD", "detail_number": "1"}
    wh.land(
        "bank_entry",
        [
            entry | {"statement_ref": "S1", "amount": "-4.00"},
            entry | {"statement_ref": "S1", "amount": "-6.00", "detail_number": "2"},
            entry | {"statement_ref": "S2", "amount": "-4.00"},
        ],
        source_system="bank",
    )
    wh.land(
        "bank_statement",
        [statement | {"statement_ref": "S1"}, statement | {"statement_ref": "S2"}],
        source_system="bank",
    )

    gate()

    assert wh.rows("select row_number, rule_ids from quality.quarantine") == [
        {"row_number": 2, "rule_ids": ["bank_statement.statement_foots"]}
    ]


def test_a_statement_under_the_id_of_another_takes_nobodys_place(wh, gate):
    first = {
        "statement_ref": "12", "account_ref": "****0001", "currency": "USD", "to_date": "2026-03-30",
        "opening_amount": "100.00", "closing_amount": "96.00",
    }  # fmt: skip
    entry = {
        "_record_key": "12|1|1", "statement_ref": "12", "entry_number": "1", "detail_number": "1",
        "booking_date": "2026-03-30", "currency": "USD", "amount": "-4.00",
    }  # fmt: skip

    def land(payload, *statements):
        wh.land("bank_entry", [entry] * len(statements), source_system="bank", payload=f"{payload}-entries")
        wh.land("bank_statement", statements, source_system="bank", payload=payload)
        gate()

    land("a", first)
    land("again", first | {"opening_amount": "100.0", "closing_amount": "96"})
    assert wh.rows("select * from quality.quarantine") == []

    others = ({"account_ref": "****0002"}, {"opening_amount": "96.00", "closing_amount": "92.00"},
              {"to_date": "2026-03-31"})  # fmt: skip
    for number, change in enumerate(others):
        land(f"other-{number}", first | change)
    assert wh.rows("select object, rule_ids, count(*) from quality.quarantine group by 1, 2 order by 1") == [
        {"object": "bank_entry", "rule_ids": ["bank_entry.statement_is_one"], "count": 3},
        {"object": "bank_statement", "rule_ids": ["bank_statement.id_is_of_one_statement"], "count": 3},
    ]


def test_a_status_that_names_nothing_that_we_sent_is_quarantined(wh, gate):
    status = {"status": "RJCT", "at": "2026-03-30T10:00:00+00:00"}
    wh.land(
        "payment_status",
        [
            status | {"status_ref": "A:1", "level": "file", "message_ref": "B1"},
            status | {"status_ref": "A:2", "level": "file", "end_to_end_id": "P1"},
            status | {"status_ref": "A:3", "level": "group", "message_ref": "B1"},
            status | {"status_ref": "A:4", "level": "payment", "instruction_id": "I1"},
            status | {"status_ref": "A:5", "end_to_end_id": "P1"},
            status | {"status_ref": "A:6", "message_ref": "B1"},
        ],
        source_system="bank",
    )

    gate()

    assert wh.rows("select row_number, rule_ids from quality.quarantine order by row_number") == [
        {"row_number": number, "rule_ids": ["payment_status.names_what_it_is_about"]} for number in (2, 3, 6)
    ]


def test_a_policy_that_overlaps_one_of_the_same_scope_is_refused(wh, gate):
    policy = {"entity_id": "H1", "valid_from": "2026-01-01", "price_over_pct": "2", "tax_over_pct": "unlimited"}
    wh.land("policy", [policy | {"policy_id": "P1"}, policy | {"policy_id": "P2", "currency": "USD"}])
    assert gate().rows_quarantined == 0

    wh.land("policy", [policy | {"policy_id": "P3", "valid_from": "2026-03-01"}])
    gate()

    assert wh.one("select rule_ids from quality.quarantine") == ["policy.policies_of_one_scope_do_not_overlap"]
