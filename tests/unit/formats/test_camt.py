"""camt.053 statements and camt.054 notifications."""

import pytest

from tieout.errors import MalformedPayload
from tieout.formats.camt import notifications, statements

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
<Bal><Tp><CdOrPrtry><Cd>CLBD</Cd></CdOrPrtry></Tp><Amt Ccy="USD">155.00</Amt><CdtDbtInd>DBIT</CdtDbtInd>
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
    assert (statement["opening"], statement["closing"], statement["currency"]) == ("-50.00", "-155.00", "USD")
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
    assert "DE8937" in statement["account_number"]
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
    with pytest.raises(MalformedPayload, match=message) as refused:
        statements(content.encode())
    assert "DE8937" not in str(refused.value)


def changed(text: str, *changes: tuple[str, str]) -> bytes:
    for old, new in changes:
        assert old in text
        text = text.replace(old, new, 1)
    return text.encode()


@pytest.mark.parametrize("text", [V02, V08])
@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('<Amt Ccy="USD">50.00</Amt>', '<Amt Ccy="USD">50.01</Amt>'),  # the opening
        ('<Amt Ccy="USD">155.00</Amt>', '<Amt Ccy="USD">154.99</Amt>'),  # the closing
        ('<Amt Ccy="USD">5.00</Amt>', '<Amt Ccy="USD">5.01</Amt>'),  # an entry
    ],
)
def test_a_statement_that_is_off_by_a_cent_is_refused(text, old, new):
    with pytest.raises(MalformedPayload, match="Statement 'S1' does not foot") as refused:
        statements(changed(text, (old, new)))
    assert "DE8937" not in str(refused.value)


def test_details_that_are_off_by_a_cent_from_their_entry_are_refused():
    with pytest.raises(MalformedPayload, match="details of entry 1 do not add up"):
        statements(changed(V08, ('<Amt Ccy="USD">10.00</Amt>', '<Amt Ccy="USD">10.01</Amt>')))


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("<Cd>CLBD</Cd>", "<Cd>ITBD</Cd>", "cannot be added up"),
        ("<Cd>OPBD</Cd>", "<Cd>ITBD</Cd>", "cannot be added up"),
        ('<Amt Ccy="USD">5.00</Amt>', '<Amt Ccy="USD">5,00</Amt>', "cannot be added up"),
        ("<Acct>", "<StmtPgntn><PgNb>2</PgNb><LastPgInd>true</LastPgInd></StmtPgntn><Acct>", "page of several"),
        ("<Acct>", "<StmtPgntn><PgNb>1</PgNb><LastPgInd>false</LastPgInd></StmtPgntn><Acct>", "page of several"),
    ],
)
def test_a_statement_that_is_not_whole_or_cannot_be_added_up_is_refused(old, new, says):
    with pytest.raises(MalformedPayload, match=says):
        statements(changed(V08, (old, new)))


def test_a_statement_of_one_page_is_read():
    page = "<StmtPgntn><PgNb>1</PgNb><LastPgInd>true</LastPgInd></StmtPgntn><Acct>"
    assert len(statements(changed(V08, ("<Acct>", page)))) == 1


def test_two_statements_of_a_file_that_have_one_id_are_refused_since_one_would_take_the_others_place():
    statement = V08[V08.index("<Stmt>") : V08.index("</BkToCstmrStmt>")]
    other = statement.replace("532013000<", "532013009<")
    with pytest.raises(MalformedPayload, match="'S1' is there twice"):
        statements(changed(V08, (statement, statement + other)))
    assert len(statements(changed(V08, (statement, statement + other.replace("<Id>S1<", "<Id>S2<"))))) == 2


def test_a_statement_that_is_named_after_its_account_shows_no_number():
    (statement,) = statements(changed(V08, ("<Id>S1</Id>", "<Id>DE89370400440532013000-12</Id>")))
    assert statement["statement_id"] == "****3000-12"


def test_of_several_days_the_first_opening_and_the_last_closing_count():
    days = """<Bal><Tp><CdOrPrtry><Cd>{code}</Cd></CdOrPrtry></Tp><Amt Ccy="USD">1.00</Amt>
      <CdtDbtInd>CRDT</CdtDbtInd><Dt><Dt>{day}</Dt></Dt></Bal>"""
    between = days.format(code="CLBD", day="2026-03-30") + days.format(code="OPBD", day="2026-04-01")
    (statement,) = statements(changed(V08, ("<Bal>", between + "<Bal>")))
    assert (statement["opening"], statement["closing"]) == ("-50.00", "-155.00")


def test_a_statement_that_opens_with_what_closed_the_day_before_begins_on_the_next_day():
    (statement,) = statements(changed(V08, ("<Cd>OPBD</Cd>", "<Cd>PRCD</Cd>")))
    assert (statement["opening"], statement["from"]) == ("-50.00", "2026-04-01")


CHARGED = '<Chrgs><Rcrd><Amt Ccy="USD">{}</Amt><CdtDbtInd>DBIT</CdtDbtInd>{}</Rcrd></Chrgs>'
BIGGER = (('<Amt Ccy="USD">110.00</Amt>', '<Amt Ccy="USD">114.00</Amt>'), ('"USD">155.00', '"USD">159.00'))


def test_charges_of_a_batch_that_are_in_the_sum_are_a_record_of_their_own():
    entry_charges = ("<NtryDtls>", CHARGED.format("4.00", "<ChrgInclInd>true</ChrgInclInd>") + "<NtryDtls>")
    (statement,) = statements(changed(V08, *BIGGER, entry_charges))
    found = [(e["detail_number"], e["amount"], e["charges"], e["bank_code"]) for e in statement["entries"][:3]]
    assert found == [
        ("1", "-100.00", "", "PMNT/ICDT/ESCT"),
        ("2", "-10.00", "", "PMNT/ICDT/ESCT"),
        ("3", "-4.00", "", "PMNT/MDOP/CHRG"),
    ]
    assert (statement["entries"][2]["end_to_end_id"], statement["entries"][2]["bank_ref"]) == ("", "B7")


def test_details_that_are_stated_without_their_charges_have_them_within_what_they_moved():
    theirs = ("</Refs><Amt Ccy", "</Refs>" + CHARGED.format("4.00", "") + "<Amt Ccy")
    (statement,) = statements(changed(V08, *BIGGER, theirs))
    assert [(e["amount"], e["charges"]) for e in statement["entries"][:2]] == [("-104.00", "4.00"), ("-10.00", "")]


@pytest.mark.parametrize(
    "charges",
    [
        CHARGED.format("4.00", "<ChrgInclInd>false</ChrgInclInd>"),
        '<Chrgs><TtlChrgsAndTaxAmt Ccy="EUR">4.00</TtlChrgsAndTaxAmt></Chrgs>',
    ],
)
def test_charges_that_are_not_in_the_amount_or_in_another_currency_are_no_part_of_it(charges):
    with pytest.raises(MalformedPayload, match="details of entry 1"):
        statements(changed(V08, *BIGGER, ("<NtryDtls>", charges + "<NtryDtls>")))
    alone = NOTIFICATION.format(version="08", details=charges)
    assert notifications(alone.encode())[0]["entries"][0]["charges"] == ""


def test_details_in_another_currency_count_with_their_value_on_the_account():
    foreign = '<Amt Ccy="EUR">90.00</Amt><AmtDtls><CntrValAmt><Amt Ccy="USD">100.00</Amt></CntrValAmt></AmtDtls>'
    (statement,) = statements(changed(V08, ('<Amt Ccy="USD">100.00</Amt>', foreign)))
    first = statement["entries"][0]
    assert (first["amount"], first["original_amount"], first["original_currency"]) == ("-100.00", "90.00", "EUR")


def test_each_block_of_details_has_a_batch_of_its_own():
    blocks = "<Btch><PmtInfId>G{}</PmtInfId></Btch><TxDtls>"
    text = V08.replace("<TxDtls>", blocks.format(1), 1)
    text = text.replace("</TxDtls>\n    <TxDtls>", "</TxDtls></NtryDtls><NtryDtls>" + blocks.format(2), 1)
    (statement,) = statements(text.encode())
    assert [entry["payment_group_ref"] for entry in statement["entries"]] == ["G1", "G2", ""]


def test_an_iban_in_the_banks_text_is_masked_and_an_invoice_number_is_not():
    (statement,) = statements(changed(V08, ("INV-2", "AP26 000123456789 DE89 3704 0044 0532 0130 00 INV3")))
    assert statement["entries"][0]["remittance"] == "INV-1 AP26 000123456789 ****3000 INV3"


def test_an_entry_that_is_pending_is_not_in_a_statement():
    pending = '<Ntry><Amt Ccy="USD">9.00</Amt><CdtDbtInd>DBIT</CdtDbtInd><Sts>{}</Sts></Ntry>\n</Stmt>'
    for text, status in ((V02, "PDNG"), (V08, "<Cd>PDNG</Cd>")):
        (statement,) = statements(changed(text, ("</Stmt>", pending.format(status))))
        assert len(statement["entries"]) == 3


DETAILS = {
    "02": """<Refs><InstrId>I1</InstrId><EndToEndId>E1</EndToEndId><ChqNb>1001</ChqNb></Refs>
      <AmtDtls><InstdAmt><Amt Ccy="EUR">90.00</Amt><CcyXchg><SrcCcy>EUR</SrcCcy><XchgRate>1.1</XchgRate></CcyXchg>
      </InstdAmt><TxAmt><Amt Ccy="USD">99.00</Amt></TxAmt></AmtDtls>
      <Chrgs><Amt Ccy="USD">1.25</Amt><CdtDbtInd>DBIT</CdtDbtInd></Chrgs>
      <Chrgs><Amt Ccy="USD">0.25</Amt><CdtDbtInd>CRDT</CdtDbtInd></Chrgs>
      <RltdPties><Cdtr><Nm>Acme</Nm></Cdtr></RltdPties>
      <RmtInf><Strd><CdtrRefInf><Ref>RF18</Ref></CdtrRefInf></Strd></RmtInf>
      <RtrInf><Rsn><Cd>AC04</Cd></Rsn></RtrInf>""",
    "08": """<Refs><InstrId>I1</InstrId><EndToEndId>E1</EndToEndId><ChqNb>1001</ChqNb></Refs>
      <Amt Ccy="USD">99.00</Amt><CdtDbtInd>DBIT</CdtDbtInd>
      <AmtDtls><InstdAmt><Amt Ccy="EUR">90.00</Amt></InstdAmt><TxAmt><Amt Ccy="USD">99.00</Amt>
      <CcyXchg><SrcCcy>EUR</SrcCcy><XchgRate>1.1</XchgRate></CcyXchg></TxAmt></AmtDtls>
      <Chrgs><Rcrd><Amt Ccy="USD">1.25</Amt><CdtDbtInd>DBIT</CdtDbtInd></Rcrd>
      <Rcrd><Amt Ccy="USD">0.25</Amt><CdtDbtInd>CRDT</CdtDbtInd></Rcrd></Chrgs>
      <RltdPties><Cdtr><Pty><Nm>Acme</Nm></Pty></Cdtr></RltdPties>
      <RmtInf><Strd><CdtrRefInf><Ref>RF18</Ref></CdtrRefInf></Strd></RmtInf>
      <RtrInf><Rsn><Cd>AC04</Cd></Rsn></RtrInf>""",
}
NOTIFICATION = """<?xml version="1.0" encoding="UTF-8"?>
<Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.054.001.{version}"><BkToCstmrDbtCdtNtfctn>
<GrpHdr><MsgId>M1</MsgId><CreDtTm>2026-04-01T01:00:00Z</CreDtTm></GrpHdr>
<Ntfctn><Id>N1</Id><Acct><Id><IBAN>DE89370400440532013000</IBAN></Id><Ccy>USD</Ccy><Nm>NORTH OPERATING</Nm></Acct>
<Ntry><Amt Ccy="USD">98.00</Amt><CdtDbtInd>DBIT</CdtDbtInd><Sts>BOOK</Sts><BookgDt><Dt>2026-03-31</Dt></BookgDt>
  <NtryDtls><TxDtls>{details}</TxDtls></NtryDtls></Ntry>
<Ntry><Amt Ccy="USD">300.00</Amt><CdtDbtInd>DBIT</CdtDbtInd><Sts>PDNG</Sts>
  <NtryDtls><Btch><PmtInfId>G1</PmtInfId><NbOfTxs>3</NbOfTxs></Btch></NtryDtls></Ntry>
</Ntfctn></BkToCstmrDbtCdtNtfctn></Document>"""


@pytest.mark.parametrize("version", ["02", "08"])
def test_a_notification_says_all_that_ties_an_entry_to_a_payment(version):
    (notification,) = notifications(NOTIFICATION.format(version=version, details=DETAILS[version]).encode())
    assert (notification["notification_id"], notification["account_masked"]) == ("N1", "****3000")
    single, batch = notification["entries"]
    expected = {
        "amount": "-98.00", "end_to_end_id": "E1", "instruction_id": "I1", "cheque_number": "1001",
        "return_reason": "AC04", "charges": "1.00", "original_amount": "90.00", "original_currency": "EUR",
        "exchange_rate": "1.1", "structured_ref": "RF18", "remittance": "RF18", "counterparty": "Acme",
        "batch_count": "", "payment_group_ref": "", "status": "BOOK",
    }  # fmt: skip
    assert {name: single[name] for name in expected} == expected
    assert (batch["payment_group_ref"], batch["batch_count"], batch["amount"]) == ("G1", "3", "-300.00")
    assert (batch["status"], batch["booking_date"], batch["end_to_end_id"]) == ("PDNG", "", "")


@pytest.mark.parametrize("status", ["<Sts>PDNG</Sts>", "<Sts><Cd>PDNG</Cd></Sts>", "<Sts><Prtry>WAIT</Prtry></Sts>"])
def test_the_day_on_which_a_bank_expects_to_book_is_no_booking_date(status):
    text = NOTIFICATION.format(version="08", details=DETAILS["08"]).replace("<Sts>BOOK</Sts>", status)
    single = notifications(text.encode())[0]["entries"][0]
    assert (single["booking_date"], single["end_to_end_id"]) == ("", "E1")


V08_NOTIFICATION = NOTIFICATION.format(version="08", details=DETAILS["08"])


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (V08_NOTIFICATION[:600], "not XML"),
        (V08_NOTIFICATION.rpartition("</Document>")[0], "not XML"),
        (V08, "namespace"),
        ('<!DOCTYPE d [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]><Document>&b;</Document>', "document type or entities"),
    ],
)
def test_what_is_not_a_notification_is_refused(content, message):
    with pytest.raises(MalformedPayload, match=message) as refused:
        notifications(content.encode())
    assert "DE8937" not in str(refused.value)
