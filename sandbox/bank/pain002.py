"""Writes the bank's answer to a file of payments: pain.002.001.10, at the levels of file, group and payment."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from xml.sax.saxutils import escape

from sandbox.bank.model import Instruction, Verdict
from sandbox.bank.rules import ACCEPTED, PENDING, REJECTED
from sandbox.wire.codes import iso

NAMESPACE = "urn:iso:std:iso:20022:tech:xsd:pain.002.001.10"
CHECKED, IN_PART = "ACTC", "PART"


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer.

    Args:
        ident: of this answer.
        message_id: of the file that it answers.
        refusal: what is wrong with the whole file; none where payments were looked at.
        payments: each payment that is spoken of, with what is said of it.
        count: how many payments the file has.
    """

    ident: str
    message_id: str
    at: datetime
    refusal: Verdict | None = None
    payments: Sequence[tuple[Instruction, Verdict]] = ()
    count: int = 0

    @property
    def status(self) -> str:
        """The status of the file."""
        return REJECTED if self.refusal else _together([verdict for _, verdict in self.payments], CHECKED)


def write(answer: Answer) -> bytes:
    """Render an answer."""
    original = (
        f"<OrgnlMsgId>{escape(answer.message_id)}</OrgnlMsgId><OrgnlMsgNmId>pain.001.001.09</OrgnlMsgNmId>"
        + (f"<OrgnlNbOfTxs>{answer.count}</OrgnlNbOfTxs>" if answer.count else "")
        + f"<GrpSts>{answer.status}</GrpSts>"
        + (_reason(answer.refusal) if answer.refusal else "")
    )
    groups = groupby(answer.payments, key=lambda pair: pair[0].group_ref)
    body = "".join(_group(answer, reference, list(pairs)) for reference, pairs in groups)
    return (
        f'<?xml version="1.0" encoding="UTF-8"?>\n<Document xmlns="{NAMESPACE}"><CstmrPmtStsRpt>'
        f"<GrpHdr><MsgId>{escape(answer.ident)}</MsgId><CreDtTm>{iso(answer.at)}</CreDtTm></GrpHdr>"
        f"<OrgnlGrpInfAndSts>{original}</OrgnlGrpInfAndSts>{body}</CstmrPmtStsRpt></Document>\n"
    ).encode()


def _together(verdicts: Sequence[Verdict], sound: str) -> str:
    """The status of what holds several payments: `sound` where none of them is refused."""
    refused = sum(verdict.status == REJECTED for verdict in verdicts)
    if not refused:
        waiting = verdicts and all(verdict.status == PENDING for verdict in verdicts)
        return PENDING if waiting and sound == ACCEPTED else sound
    return REJECTED if refused == len(verdicts) else IN_PART


def _group(answer: Answer, reference: str, pairs: list[tuple[Instruction, Verdict]]) -> str:
    status = _together([verdict for _, verdict in pairs], ACCEPTED)
    return (
        f"<OrgnlPmtInfAndSts><OrgnlPmtInfId>{escape(reference)}</OrgnlPmtInfId><PmtInfSts>{status}</PmtInfSts>"
        f"{''.join(_payment(answer, *pair) for pair in pairs)}</OrgnlPmtInfAndSts>"
    )


def _payment(answer: Answer, order: Instruction, verdict: Verdict) -> str:
    instruction = f"<OrgnlInstrId>{escape(order.instruction_id)}</OrgnlInstrId>" if order.instruction_id else ""
    return (
        f"<TxInfAndSts><StsId>{escape(answer.ident[:20])}-{escape(order.end_to_end_id[:14])}</StsId>{instruction}"
        f"<OrgnlEndToEndId>{escape(order.end_to_end_id)}</OrgnlEndToEndId><TxSts>{verdict.status}</TxSts>"
        f"{_reason(verdict) if verdict.code else ''}<AccptncDtTm>{iso(answer.at)}</AccptncDtTm></TxInfAndSts>"
    )


def _reason(verdict: Verdict) -> str:
    return f"<StsRsnInf><Rsn><Cd>{verdict.code}</Cd></Rsn><AddtlInf>{escape(verdict.text[:105])}</AddtlInf></StsRsnInf>"
