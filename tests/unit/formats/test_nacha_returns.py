"""NACHA returns and notifications of change."""

import pytest

from tieout.errors import MalformedPayload
from tieout.formats import nacha_records as records
from tieout.formats.nacha_records import FILLER, Totals, render, totals_of
from tieout.formats.nacha_returns import returns

NUMBER = "".join(str(digit) for digit in range(1, 10))
NEW_NUMBER = "9" + NUMBER
TRACE = "041299990000007"
ENTRY = {
    "type": "6", "transaction": 21, "rdfi": "04129999", "check_digit": "3", "account": NUMBER, "cents": 0,
    "identification": "P1", "name": "Acme", "addenda": 1, "trace": "12100035" + "0000001",
}  # fmt: skip


def addenda(kind: str, code: str, text: str) -> str:
    layout = records.RETURNED if kind == "99" else records.CHANGED
    field = "text" if kind == "99" else "corrected"
    values = {"type": "7", "addenda_type": kind, "code": code, "original_trace": TRACE, "original_rdfi": "12100035"}
    return render(layout, {**values, field: text, "trace": ENTRY["trace"]})


def file(*entries: tuple[int, str]) -> bytes:
    body = [line for cents, lines in entries for line in (render(records.ENTRY, {**ENTRY, "cents": cents}), lines)]
    totals = sum(map(totals_of, body), Totals())
    header = {
        "type": "1",
        "priority": 1,
        "destination": "1770020002",
        "date": "260402",
        "time": "0730",
        "modifier": "A",
    }
    batch = {"type": "5", "service": "200", "company_name": "WESTSIDE CLINIC", "class": "CCD", "batch": 1}
    lines = [
        render(records.FILE_HEADER, header),
        render(records.BATCH_HEADER, batch),
        *body,
        render(records.BATCH_CONTROL, {"type": "8", "service": "200", "batch": 1, **totals.fields()}),
    ]
    blocks = -(-(len(lines) + 1) // 10)
    lines.append(render(records.FILE_CONTROL, {"type": "9", "batches": 1, "blocks": blocks, **totals.fields()}))
    lines += [FILLER] * (blocks * 10 - len(lines))
    return "\n".join(lines).encode()


def test_a_return_names_the_payment_the_entry_that_we_sent_and_the_reason():
    found, _ = returns(file((10000, addenda("99", "R03", "NO ACCOUNT 00123456789")), (1, addenda("99", "R01", ""))))
    assert (found["kind"], found["code"], found["identification"]) == ("return", "R03", "P1")
    assert (found["original_trace"], found["company_name"], found["created"]) == (
        TRACE,
        "WESTSIDE CLINIC",
        "2604020730",
    )
    assert (found["return_id"], found["detail"]) == ("1770020002:2604020730A:1", "NO ACCOUNT ****6789")


@pytest.mark.parametrize(
    ("code", "text", "corrected"),
    [
        ("C01", NEW_NUMBER, {"account": NEW_NUMBER}),
        ("C02", "021000021", {"routing": "021000021"}),
        ("C03", f"021000021   {NEW_NUMBER}", {"routing": "021000021", "account": NEW_NUMBER}),
        ("C04", "Acme Incorporated", {"name": "Acme Incorporated"}),
        ("C05", "32", {"transaction": "32"}),
        ("C06", f"{NEW_NUMBER:<20}32", {"account": NEW_NUMBER, "transaction": "32"}),
        ("C07", f"021000021{NEW_NUMBER:<17}22", {"routing": "021000021", "account": NEW_NUMBER, "transaction": "22"}),
        ("C13", "ADDENDA", {}),
    ],
)
def test_a_notification_of_change_says_what_is_right(code, text, corrected):
    (found,) = returns(file((0, addenda("98", code, text))))
    assert (found["kind"], found["code"]) == ("change", code)
    names = ("account", "routing", "transaction", "name")
    assert {name: found[f"corrected_{name}"] for name in names if found[f"corrected_{name}"]} == corrected


def test_the_account_as_we_used_it_is_told_without_showing_it():
    (found,) = returns(file((0, addenda("98", "C01", NEW_NUMBER))))
    assert (found["account_number"], found["account_masked"], found["routing"]) == (NUMBER, "****6789", "121000358")
    assert NUMBER not in str(found)


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (file((10000, addenda("99", "R03", "")))[:-200], "Line 10|Line 9|Line 8"),
        (file((10000, addenda("99", "R03", ""))).replace(b"0000010000", b"0000010001", 1), "credit of the"),
        (file((10000, addenda("99", "R03", ""))).replace(b"799R03", b"705R03"), "no addenda of a return"),
        (b"", "cut short"),
        (b"1" * 94 + b"\n" + b"5" * 94 + b"\n" + b"9" * 93 + b"1", "no control record"),
        ("é".encode() * 94, "not ASCII"),
    ],
)
def test_what_is_damaged_is_refused_without_quoting_it(content, says):
    with pytest.raises(MalformedPayload, match=says) as caught:
        returns(content)
    assert NUMBER not in str(caught.value)
