"""ISO 20022 pain.002 (payment status report), versions 03 and 10: one record per status, at each level."""

from collections.abc import Iterator
from typing import Any
from xml.etree.ElementTree import Element

from tieout.formats.iso20022 import document, first_of, text_of, texts_of
from tieout.formats.secret import without_numbers

MESSAGES = ("pain.002.001.03", "pain.002.001.10")


def statuses(content: bytes) -> list[dict[str, Any]]:
    """Return the statuses of a report in order: of the file, of its groups, of their payments.

    Raises:
        MalformedPayload: not XML, with a document type or entities, or not a pain.002 of a known version.
    """
    report = document(content, MESSAGES).find("./CstmrPmtStsRpt")
    header = None if report is None else report.find("GrpHdr")
    message_id, created_at = text_of(header, "MsgId"), text_of(header, "CreDtTm")
    found = [] if report is None else list(_statuses(report))
    return [
        {
            "message_id": message_id,
            "created_at": created_at,
            "status_id": f"{message_id}:{position}",
            **status,
            "at": status["at"] or created_at,
        }
        for position, status in enumerate(found, start=1)
    ]


def _statuses(report: Element) -> Iterator[dict[str, Any]]:
    file = report.find("OrgnlGrpInfAndSts")
    message = text_of(file, "OrgnlMsgId")
    yield from _status(file, "GrpSts", level="file", message=message)
    for group in report.findall("OrgnlPmtInfAndSts"):
        group_id = text_of(group, "OrgnlPmtInfId")
        yield from _status(group, "PmtInfSts", level="group", message=message, group=group_id)
        for payment in group.findall("TxInfAndSts"):
            yield from _status(payment, "TxSts", level="payment", message=message, group=group_id)


def _status(
    element: Element | None, tag: str, *, level: str, message: str, group: str = ""
) -> Iterator[dict[str, Any]]:
    status = text_of(element, tag)
    if element is None or not status:
        return
    yield {
        "level": level,
        "original_message_id": message,
        "group_id": group,
        "instruction_id": text_of(element, "OrgnlInstrId"),
        "end_to_end_id": text_of(element, "OrgnlEndToEndId"),
        "status": status,
        "reason": next((_reason(reason) for reason in element.findall("StsRsnInf")), ""),
        "detail": without_numbers(" ".join(texts_of(element, "StsRsnInf/AddtlInf"))),
        "at": text_of(element, "AccptncDtTm"),
    }


def _reason(reason: Element) -> str:
    return first_of(reason, "Rsn/Cd", "Rsn/Prtry")
