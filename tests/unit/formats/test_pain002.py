"""pain.002: the bank's answer to a file of payments."""

import pytest

from tieout.errors import MalformedPayload
from tieout.formats.pain002 import statuses

REPORT = """<?xml version="1.0" encoding="UTF-8"?>
<Document xmlns="urn:iso:std:iso:20022:tech:xsd:pain.002.001.{version}"><CstmrPmtStsRpt>
<GrpHdr><MsgId>A1</MsgId><CreDtTm>2026-04-01T12:00:00Z</CreDtTm></GrpHdr>
<OrgnlGrpInfAndSts><OrgnlMsgId>B1</OrgnlMsgId><OrgnlMsgNmId>pain.001.001.09</OrgnlMsgNmId><GrpSts>PART</GrpSts>
</OrgnlGrpInfAndSts>
<OrgnlPmtInfAndSts><OrgnlPmtInfId>B1-1</OrgnlPmtInfId><PmtInfSts>PART</PmtInfSts>
  <TxInfAndSts><StsId>1</StsId><OrgnlInstrId>I1</OrgnlInstrId><OrgnlEndToEndId>P1</OrgnlEndToEndId><TxSts>ACCP</TxSts>
    <AccptncDtTm>2026-04-01T11:59:00Z</AccptncDtTm></TxInfAndSts>
  <TxInfAndSts><OrgnlInstrId>I2</OrgnlInstrId><OrgnlEndToEndId>P2</OrgnlEndToEndId><TxSts>RJCT</TxSts>
    <StsRsnInf><Rsn><Cd>AC01</Cd></Rsn><AddtlInf>Account 00123456789012 is</AddtlInf><AddtlInf>unknown</AddtlInf>
    </StsRsnInf></TxInfAndSts>
  <TxInfAndSts><OrgnlEndToEndId>P2</OrgnlEndToEndId><TxSts>PDNG</TxSts>
    <StsRsnInf><Rsn><Prtry>LATE</Prtry></Rsn></StsRsnInf></TxInfAndSts>
  <TxInfAndSts><OrgnlEndToEndId>P3</OrgnlEndToEndId></TxInfAndSts>
</OrgnlPmtInfAndSts></CstmrPmtStsRpt></Document>"""
V10 = REPORT.format(version="10")


def rows(text: str) -> list[tuple[str, ...]]:
    names = ("level", "group_id", "instruction_id", "end_to_end_id", "status", "reason")
    return [tuple(status[name] for name in names) for status in statuses(text.encode())]


@pytest.mark.parametrize("version", ["03", "10"])
def test_a_status_is_read_at_the_level_of_file_group_and_payment(version):
    assert rows(REPORT.format(version=version)) == [
        ("file", "", "", "", "PART", ""),
        ("group", "B1-1", "", "", "PART", ""),
        ("payment", "B1-1", "I1", "P1", "ACCP", ""),
        ("payment", "B1-1", "I2", "P2", "RJCT", "AC01"),
        ("payment", "B1-1", "", "P2", "PDNG", "LATE"),
    ]


def test_an_end_to_end_id_that_is_there_twice_gives_two_statuses_with_keys_of_their_own():
    found = [status for status in statuses(V10.encode()) if status["end_to_end_id"] == "P2"]
    assert [status["status_id"] for status in found] == ["A1:4", "A1:5"]


def test_a_status_has_the_time_of_its_acceptance_else_of_the_answer():
    assert [status["at"] for status in statuses(V10.encode())][1:3] == ["2026-04-01T12:00:00Z", "2026-04-01T11:59:00Z"]
    assert {status["original_message_id"] for status in statuses(V10.encode())} == {"B1"}


def test_a_number_in_the_bank_s_words_is_masked():
    assert statuses(V10.encode())[3]["detail"] == "Account ****9012 is unknown"


def test_a_file_that_is_refused_as_a_whole_has_one_status():
    refused = V10[: V10.index("<OrgnlPmtInfAndSts>")].replace("PART", "RJCT") + "</CstmrPmtStsRpt></Document>"
    assert rows(refused) == [("file", "", "", "", "RJCT", "")]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (V10[:900], "not XML"),
        (V10.replace("pain.002.001.10", "pain.002.001.99"), "namespace"),
        ('<!DOCTYPE d [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]><Document>&b;</Document>', "document type or entities"),
    ],
)
def test_what_is_not_an_answer_is_refused(content, message):
    with pytest.raises(MalformedPayload, match=message):
        statuses(content.encode())
