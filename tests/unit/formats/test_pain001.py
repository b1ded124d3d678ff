"""pain.001: what we send to the bank."""

import re
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from typing import Any

import pytest
from defusedxml import ElementTree
from hypothesis import given
from hypothesis import strategies as st
from stdnum import iban

from tieout.errors import Unwritable
from tieout.formats.pain001 import NAMESPACE, BankAccount, CreditTransfer, Instruction, PaymentGroup, write

ROUTING = "021000021"
NATIONAL = "".join(str(digit) for digit in range(1, 10))
EUROPEAN = "DE" + iban.calc_check_digits("DE00" + NATIONAL * 2) + NATIONAL * 2
TRANSFER = CreditTransfer(
    end_to_end_id="P1",
    instruction_id="P1",
    amount=Decimal("100.1"),
    currency="USD",
    creditor_name="Møller & Søn",
    creditor_account=BankAccount(NATIONAL, ROUTING),
    remittance="INV-1 INV-2",
)
GROUP = PaymentGroup(
    group_id="B1-1",
    requested_date=date(2026, 4, 2),
    debtor_name="Lake Hospital",
    debtor_account=BankAccount(NATIONAL, ROUTING),
    debtor_currency="USD",
    transfers=(TRANSFER, replace(TRANSFER, end_to_end_id="P2", instruction_id="P2", amount=Decimal(7))),
)
INSTRUCTION = Instruction("B1", datetime(2026, 4, 1, 10, tzinfo=UTC), "Lake Hospital", (GROUP,))


def texts(content: bytes, path: str) -> list[str | None]:
    named = re.sub(r"/(?=\w)", f"/{{{NAMESPACE}}}", path)
    return [element.text for element in ElementTree.fromstring(content).findall(f".{named}")]


def with_transfer(**changes: Any) -> Instruction:
    return replace(INSTRUCTION, groups=(replace(GROUP, transfers=(replace(TRANSFER, **changes),)),))


def test_ids_count_and_control_sum_are_those_of_the_batch_and_its_payments():
    content = write(INSTRUCTION)
    assert texts(content, "//GrpHdr/MsgId") == ["B1"]
    assert texts(content, "//PmtInf/PmtInfId") == ["B1-1"]
    assert texts(content, "//GrpHdr/CtrlSum") == texts(content, "//PmtInf/CtrlSum") == ["107.10"]
    assert texts(content, "//GrpHdr/NbOfTxs") == texts(content, "//PmtInf/NbOfTxs") == ["2"]
    assert texts(content, "//PmtId/EndToEndId") == ["P1", "P2"]
    assert texts(content, "//InstdAmt") == ["100.10", "7.00"]
    assert texts(content, "//ReqdExctnDt/Dt") == ["2026-04-02"]


def test_the_same_record_gives_the_same_bytes_wherever_the_clock_stands():
    elsewhere = INSTRUCTION.created_at.astimezone(timezone(timedelta(hours=-6)))
    assert write(replace(INSTRUCTION, created_at=elsewhere)) == write(INSTRUCTION)


def test_an_account_is_named_as_its_kind_wants():
    american = write(INSTRUCTION)
    assert texts(american, "//CdtrAcct/Id/Othr/Id") == [NATIONAL, NATIONAL]
    assert texts(american, "//CdtrAgt/FinInstnId/ClrSysMmbId/MmbId") == [ROUTING, ROUTING]
    european = write(with_transfer(creditor_account=BankAccount(EUROPEAN)))
    assert texts(european, "//CdtrAcct/Id/IBAN") == [EUROPEAN]
    assert not texts(european, "//CdtrAgt/FinInstnId/BICFI")
    abroad = write(with_transfer(creditor_account=BankAccount(EUROPEAN, "DEUTDEFF")))
    assert texts(abroad, "//CdtrAgt/FinInstnId/BICFI") == ["DEUTDEFF"]


def test_a_name_is_spelled_in_the_bank_s_characters():
    assert texts(write(INSTRUCTION), "//Cdtr/Nm") == ["Moller + Son", "Moller + Son"]


def test_a_long_list_of_invoices_takes_as_many_lines_as_it_needs():
    invoices = " ".join(f"INV-{number}" for number in range(60))
    lines = texts(write(with_transfer(remittance=invoices)), "//RmtInf/Ustrd")
    assert " ".join(filter(None, lines)) == invoices
    assert max(len(line or "") for line in lines) <= 140


@pytest.mark.parametrize(
    ("instruction", "says"),
    [
        (replace(INSTRUCTION, groups=()), "no payment"),
        (replace(INSTRUCTION, groups=(replace(GROUP, transfers=()),)), "no payment"),
        (
            replace(INSTRUCTION, groups=(replace(GROUP, transfers=(TRANSFER, TRANSFER)),)),
            "EndToEndId P1 is there twice",
        ),
        (replace(INSTRUCTION, groups=(GROUP, replace(GROUP, group_id="B1-2"))), "EndToEndId P1 is there twice"),
        (with_transfer(amount=Decimal(0)), "above zero"),
        (with_transfer(amount=Decimal("NaN")), "above zero"),
        (with_transfer(amount=Decimal("1.001")), "minor unit"),
        (with_transfer(amount=Decimal("1.5"), currency="JPY"), "minor unit"),
        (with_transfer(end_to_end_id="x" * 36), "longer than 35"),
        (with_transfer(end_to_end_id="Ä1"), "end-to-end id"),
        (with_transfer(creditor_name="病院"), "U\\+75C5"),
        (with_transfer(creditor_name=""), "refuses Nm"),
        (with_transfer(creditor_account=BankAccount(NATIONAL, "NOBIC")), "refuses BICFI"),
    ],
)
def test_what_a_bank_would_refuse_is_not_written(instruction, says):
    with pytest.raises(Unwritable, match=says):
        write(instruction)


def test_an_error_never_shows_an_account_number():
    with pytest.raises(Unwritable) as caught:
        write(with_transfer(creditor_account=BankAccount(NATIONAL * 4, ROUTING)))
    assert "refuses Id" in str(caught.value)
    assert NATIONAL not in str(caught.value)
    assert NATIONAL not in repr(INSTRUCTION)


@given(st.lists(st.decimals(min_value="0.01", max_value="99999999", places=2), min_size=1, max_size=20))
def test_the_control_sum_is_the_sum_of_the_amounts(amounts):
    transfers = tuple(
        replace(TRANSFER, end_to_end_id=f"P{number}", instruction_id=f"P{number}", amount=amount)
        for number, amount in enumerate(amounts)
    )
    content = write(replace(INSTRUCTION, groups=(replace(GROUP, transfers=transfers),)))
    written = [Decimal(text or "") for text in texts(content, "//InstdAmt")]
    assert written == amounts
    assert texts(content, "//GrpHdr/CtrlSum") == [format(sum(amounts), "f")]
