"""Reads pain.001.001.09 as strictly as a bank does."""

import re
from datetime import date
from decimal import Decimal
from xml.etree.ElementTree import Element, ParseError

from defusedxml import DefusedXmlException, ElementTree

from sandbox.bank.model import FileRefused, Instruction, PaymentFile

NAMESPACE = "urn:iso:std:iso:20022:tech:xsd:pain.001.001.09"
NAMES = {"p": NAMESPACE}
AMOUNT = re.compile(r"\d{1,17}(\.\d{1,2})?")
IDENTIFIER = re.compile(r"[A-Za-z0-9/\-?:().,'+ ]{1,35}")
MALFORMED, WRONG_SUM, WRONG_COUNT = "FF01", "AM10", "AM18"


def read(content: bytes) -> PaymentFile:
    """Read a file of credit transfers.

    Raises:
        FileRefused: it is no such file, or a count or control sum of it is wrong.
    """
    root = _root(content)
    header = _one(root, "p:CstmrCdtTrfInitn/p:GrpHdr", "")
    message_id = _identifier(header, "p:MsgId", "")
    groups = root.findall("p:CstmrCdtTrfInitn/p:PmtInf", NAMES)
    instructions: list[Instruction] = []
    for group in groups:
        found = [_instruction(group, transfer, message_id) for transfer in group.findall("p:CdtTrfTxInf", NAMES)]
        _check_totals(group, found, message_id)
        instructions += found
    _check_totals(header, instructions, message_id)
    if not instructions:
        raise FileRefused(MALFORMED, "The file has no payments.", message_id)
    return PaymentFile(message_id, "pain.001", tuple(instructions))


def _root(content: bytes) -> Element:
    try:
        root = ElementTree.fromstring(content, forbid_dtd=True)
    except (ParseError, DefusedXmlException, ValueError) as error:
        raise FileRefused(MALFORMED, "The file is not well-formed XML.") from error
    if root.tag != f"{{{NAMESPACE}}}Document":
        raise FileRefused(MALFORMED, "The file is no pain.001.001.09.")
    return root


def _instruction(group: Element, transfer: Element, message_id: str) -> Instruction:
    amount = _one(transfer, "p:Amt/p:InstdAmt", message_id)
    return Instruction(
        message_id=message_id,
        group_ref=_identifier(group, "p:PmtInfId", message_id),
        instruction_id=_text(transfer, "p:PmtId/p:InstrId"),
        end_to_end_id=_identifier(transfer, "p:PmtId/p:EndToEndId", message_id),
        account=_account(group, "p:DbtrAcct"),
        amount=_amount(amount.text or "", message_id),
        currency=amount.get("Ccy", ""),
        creditor=_text(transfer, "p:Cdtr/p:Nm"),
        creditor_account=_account(transfer, "p:CdtrAcct"),
        creditor_routing=_agent(transfer),
        remittance=" ".join(_texts(transfer, "p:RmtInf/p:Ustrd")),
        structured_ref=_text(transfer, "p:RmtInf/p:Strd/p:CdtrRefInf/p:Ref"),
        method="cheque" if _text(group, "p:PmtMtd") == "CHK" else "credit_transfer",
        requested=_date(_text(group, "p:ReqdExctnDt/p:Dt"), message_id),
        as_batch=_text(group, "p:BtchBookg") == "true",
    )


def _agent(transfer: Element) -> str:
    place = "p:CdtrAgt/p:FinInstnId/"
    return _text(transfer, f"{place}p:ClrSysMmbId/p:MmbId") or _text(transfer, f"{place}p:BICFI")


def _check_totals(stated: Element, found: list[Instruction], message_id: str) -> None:
    """Refuse a count or a control sum that is not the one of the payments below it."""
    count, total = _text(stated, "p:NbOfTxs"), _text(stated, "p:CtrlSum")
    if count and count != str(len(found)):
        raise FileRefused(WRONG_COUNT, f"{count} payments are announced, {len(found)} are there.", message_id)
    if total and _amount(total, message_id) != sum((each.amount for each in found), Decimal(0)):
        raise FileRefused(WRONG_SUM, "The control sum is not the sum of the payments.", message_id)


def _account(element: Element, place: str) -> str:
    return _text(element, f"{place}/p:Id/p:IBAN") or _text(element, f"{place}/p:Id/p:Othr/p:Id")


def _amount(text: str, message_id: str) -> Decimal:
    if not AMOUNT.fullmatch(text):
        raise FileRefused(MALFORMED, "An amount is no number with at most two decimals.", message_id)
    return Decimal(text)


def _date(text: str, message_id: str) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError as error:
        raise FileRefused(MALFORMED, f"{text!r} is no date.", message_id) from error


def _identifier(element: Element, path: str, message_id: str) -> str:
    text = _text(element, path)
    if not IDENTIFIER.fullmatch(text):
        raise FileRefused(MALFORMED, f"{path.replace('p:', '')} is missing or no identifier.", message_id)
    return text


def _one(element: Element, path: str, message_id: str) -> Element:
    found = element.find(path, NAMES)
    if found is None:
        raise FileRefused(MALFORMED, f"{path.replace('p:', '')} is missing.", message_id)
    return found


def _text(element: Element, path: str) -> str:
    return (element.findtext(path, "", NAMES) or "").strip()


def _texts(element: Element, path: str) -> list[str]:
    return [(found.text or "").strip() for found in element.findall(path, NAMES)]
