"""camt.053 statements."""

import pytest

from tieout.errors import MalformedPayload
from tieout.formats.iso20022 import statements

ENTRIES = """
<Ntry><NtryRef>7</NtryRef><Amt Ccy="USD">110.00</Amt><CdtDbtInd>DBIT</CdtDbtInd><Sts>BOOK</Sts>
  <BookgDt><Dt>2026-03-31</Dt></BookgDt><ValDt><Dt>2026-04-01</Dt></ValDt><AcctSvcrRef>B7</AcctSvcrRef>
  <BkTxCd><Domn><Cd>PMNT</Cd><Fmly><Cd>ICDT</Cd><SubFmlyCd>ESCT</SubFmlyCd></Fmly></Domn></BkTxCd>
  <NtryDtls>
    <TxDtls><Refs><EndToEndId>E1</EndToEndId></Refs>{amount1}<RltdPties><Cdtr>{name}</Cdtr></RltdPties>
      <RmtInf><Ustrd>INV-1</Ustrd><Ustrd>INV-2</Ustrd></RmtInf></TxDtls>
    <TxDtls><Refs><EndToEndId>NOTPROVIDED</EndToEndId></Refs>{amount2}</TxDtls>
  </NtryDtls></Ntry>
<Ntry><Amt Ccy="USD">5.00</Amt><CdtDbtInd>CRDT</CdtDbtInd><RvslInd>true</RvslInd><Sts>BOOK</Sts>
  <BookgDt><Dt>2026-03-31</Dt></BookgDt><BkTxCd><Prtry><Cd>NTRF</Cd></Prtry></BkTxCd></Ntry>
"""
DOCUMENT = """<?xml version="1.0" encoding="UTF-8"?>
<Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.053.001.{version}"><BkToCstmrStmt>
<GrpHdr><MsgId>M1</MsgId><CreDtTm>2026-04-01T01:00:00Z</CreDtTm></GrpHdr>
<Stmt><Id>S1</Id><ElctrncSeqNb>12</ElctrncSeqNb>
<Acct><Id><IBAN>DE89370400440532013000</IBAN></Id><Ccy>USD</Ccy><Nm>NORTH OPERATING</Nm></Acct>
<Bal><Tp><CdOrPrtry><Cd>OPBD</Cd></CdOrPrtry></Tp><Amt Ccy="USD">50.00</Amt><CdtDbtInd>DBIT</CdtDbtInd>
  <Dt><Dt>2026-03-31</Dt></Dt></Bal>
<Bal><Tp><CdOrPrtry><Cd>CLBD</Cd></CdOrPrtry></Tp><Amt Ccy="USD">55.00</Amt><CdtDbtInd>DBIT</CdtDbtInd>
  <Dt><Dt>2026-03-31</Dt></Dt></Bal>
{entries}</Stmt></BkToCstmrStmt></Document>"""
V02 = DOCUMENT.format(
    version="02",
    entries=ENTRIES.format(
        amount1='<AmtDtls><TxAmt><Amt Ccy="USD">100.00</Amt></TxAmt></AmtDtls>',
        amount2='<AmtDtls><TxAmt><Amt Ccy="USD">10.00</Amt></TxAmt></AmtDtls>',
        name="<Nm>Acme</Nm>",
    ),
)
V08 = DOCUMENT.format(
    version="08",
    entries=ENTRIES.format(
        amount1='<Amt Ccy="USD">100.00</Amt><CdtDbtInd>DBIT</CdtDbtInd>',
        amount2='<Amt Ccy="USD">10.00</Amt><CdtDbtInd>DBIT</CdtDbtInd>',
        name="<Pty><Nm>Acme</Nm></Pty>",
    ),
)


@pytest.mark.parametrize("text", [V02, V08])
def test_a_statement_is_read_with_signed_amounts_in_both_versions(text):
    (statement,) = statements(text.encode())
    assert (statement["statement_id"], statement["electronic_number"]) == ("S1", "12")
    assert (statement["opening"], statement["closing"], statement["currency"]) == ("-50.00", "-55.00", "USD")
    assert (statement["from"], statement["to"]) == ("2026-03-31", "2026-03-31")
    entries = statement["entries"]
    assert [(e["entry_number"], e["detail_number"], e["amount"], e["end_to_end_id"]) for e in entries] == [
        ("1", "1", "-100.00", "E1"),
        ("1", "2", "-10.00", ""),
        ("2", "1", "5.00", ""),
    ]
    assert (entries[0]["counterparty"], entries[0]["remittance"]) == ("Acme", "INV-1 INV-2")
    assert (entries[0]["bank_code"], entries[2]["bank_code"]) == ("PMNT/ICDT/ESCT", "NTRF")
    assert (entries[0]["bank_ref"], entries[0]["value_date"]) == ("B7", "2026-04-01")
    assert [entry["reversal"] for entry in entries] == ["false", "false", "true"]


def test_an_account_number_is_only_shown_masked():
    (statement,) = statements(V08.encode())
    assert (statement["account_name"], statement["account_masked"]) == ("NORTH OPERATING", "****3000")
    assert "DE8937" not in str(statement)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (V02[:900], "not XML"),
        ("", "not XML"),
        (V02.replace("camt.053.001.02", "camt.052.001.02"), "namespace"),
        ('<!DOCTYPE d [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]><Document>&b;</Document>', "document type or entities"),
        ('<!DOCTYPE d SYSTEM "file:///etc/passwd"><Document/>', "document type or entities"),
    ],
)
def test_what_is_not_a_statement_is_refused(content, message):
    with pytest.raises(MalformedPayload, match=message):
        statements(content.encode())
