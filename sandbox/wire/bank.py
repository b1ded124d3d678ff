"""The bank's statements and notifications: ISO 20022 camt.053.001.08 and camt.054.001.08."""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from xml.sax.saxutils import escape

from sandbox.scenario.domain import Entity
from sandbox.scenario.model import Booking
from sandbox.wire.codes import iso

SPACE = "urn:iso:std:iso:20022:tech:xsd:"
CODES = {
    "transfer": ("PMNT", "ICDT", "DMCT"),
    "ach": ("PMNT", "ICDT", "AUTT"),
    "cheque": ("PMNT", "ICHQ", "CCHQ"),
    "sweep": ("PMNT", "RCDT", "ESCT"),
    "fee": ("PMNT", "MDOP", "CHRG"),
    "return": ("PMNT", "ICDT", "RRTN"),
    "reversal": ("PMNT", "ICDT", "RPCR"),
}


@dataclass(frozen=True, slots=True)
class Statement:
    """A day of one account."""

    entity: Entity
    day: date
    number: int
    opening: Decimal
    entries: tuple[Booking, ...]
    again: int = 0  # how often it was told before under another id

    @property
    def ident(self) -> str:
        """Its id."""
        return f"ST-{self.entity.entity_id}-{self.day:%Y%m%d}{f'-{self.again + 1}' if self.again else ''}"

    @property
    def closing(self) -> Decimal:
        """Opening plus entries."""
        return self.opening + sum((entry.amount for entry in self.entries), Decimal(0))

    @property
    def path(self) -> str:
        """Where the bank puts it."""
        return f"outgoing/statements/camt053_{self.ident.removeprefix('ST-').replace('-', '_')}.xml"


def camt053(statement: Statement, at: datetime) -> bytes:
    """Render a statement."""
    day, entity, ident = statement.day, statement.entity, statement.ident
    body = (
        f"<GrpHdr><MsgId>{ident}</MsgId><CreDtTm>{iso(at)}</CreDtTm></GrpHdr>"
        f"<Stmt><Id>{ident}</Id><ElctrncSeqNb>{statement.number}</ElctrncSeqNb><CreDtTm>{iso(at)}</CreDtTm>"
        f"<FrToDt><FrDtTm>{day}T00:00:00Z</FrDtTm><ToDtTm>{day}T23:59:59Z</ToDtTm></FrToDt>{_account(entity)}"
        f"{_balance('OPBD', statement.opening, day)}{_balance('CLBD', statement.closing, day)}"
        f"{''.join(_entry(entry, day) for entry in statement.entries)}</Stmt>"
    )
    return _document("camt.053.001.08", f"<BkToCstmrStmt>{body}</BkToCstmrStmt>")


def camt054(entity: Entity, entries: tuple[Booking, ...], day: date, at: datetime) -> bytes:
    """Render a notification of what was booked on an account."""
    ident = f"NT-{entity.entity_id}-{day:%Y%m%d}"
    body = (
        f"<GrpHdr><MsgId>{ident}</MsgId><CreDtTm>{iso(at)}</CreDtTm></GrpHdr>"
        f"<Ntfctn><Id>{ident}</Id><CreDtTm>{iso(at)}</CreDtTm>{_account(entity)}"
        f"{''.join(_entry(entry, day) for entry in entries)}</Ntfctn>"
    )
    return _document("camt.054.001.08", f"<BkToCstmrDbtCdtNtfctn>{body}</BkToCstmrDbtCdtNtfctn>")


def _document(name: str, body: str) -> bytes:
    return f'<?xml version="1.0" encoding="UTF-8"?>\n<Document xmlns="{SPACE}{name}">{body}</Document>\n'.encode()


def _account(entity: Entity) -> str:
    return f"<Acct><Id><Othr><Id>{entity.account_number}</Id></Othr></Id><Ccy>USD</Ccy><Nm>{entity.account}</Nm></Acct>"


def _balance(code: str, amount: Decimal, day: date) -> str:
    return f"<Bal><Tp><CdOrPrtry><Cd>{code}</Cd></CdOrPrtry></Tp>{_signed(amount)}<Dt><Dt>{day}</Dt></Dt></Bal>"


def _signed(amount: Decimal) -> str:
    return f'<Amt Ccy="USD">{abs(amount):.2f}</Amt>{_side(amount)}'


def _side(amount: Decimal) -> str:
    return f"<CdtDbtInd>{'DBIT' if amount < 0 else 'CRDT'}</CdtDbtInd>"


def _entry(entry: Booking, day: date) -> str:
    domain, family, sub_family = CODES[entry.kind]
    return (
        f"<Ntry>{_signed(entry.amount)}<RvslInd>{'true' if entry.kind == 'reversal' else 'false'}</RvslInd>"
        f"<Sts><Cd>BOOK</Cd></Sts><BookgDt><Dt>{day}</Dt></BookgDt><ValDt><Dt>{day}</Dt></ValDt>"
        f"<AcctSvcrRef>{entry.reference}</AcctSvcrRef><BkTxCd><Domn><Cd>{domain}</Cd><Fmly><Cd>{family}</Cd>"
        f"<SubFmlyCd>{sub_family}</SubFmlyCd></Fmly></Domn></BkTxCd>"
        f"<NtryDtls>{_batch(entry) if entry.batch_count else _details(entry)}</NtryDtls></Ntry>"
    )


def _batch(entry: Booking) -> str:
    return (
        f"<Btch>{_tag('MsgId', entry.message_id)}{_tag('PmtInfId', entry.group_ref)}"
        f'<NbOfTxs>{entry.batch_count}</NbOfTxs><TtlAmt Ccy="USD">{abs(entry.amount):.2f}</TtlAmt>'
        f"{_side(entry.amount)}</Btch>"
    )


def _details(entry: Booking) -> str:
    references = (
        f"{_tag('MsgId', entry.message_id)}{_tag('PmtInfId', entry.group_ref)}{_tag('InstrId', entry.instruction_id)}"
        f"{_tag('EndToEndId', entry.end_to_end_id or 'NOTPROVIDED')}{_tag('ChqNb', entry.cheque_number)}"
    )
    # What comes back was the creditor's; what comes in otherwise is from a debtor.
    side = "Dbtr" if entry.amount > 0 and entry.kind not in ("return", "reversal") else "Cdtr"
    party = f"<RltdPties><{side}><Pty><Nm>{escape(entry.party)}</Nm></Pty></{side}></RltdPties>" if entry.party else ""
    return (
        f"<TxDtls><Refs>{references}</Refs>{_signed(entry.amount)}{_exchange(entry)}{_charges(entry)}{party}"
        f"{_remittance(entry)}{_return(entry)}</TxDtls>"
    )


def _exchange(entry: Booking) -> str:
    if entry.original is None:
        return ""
    amount, currency, rate = entry.original
    return (
        f'<AmtDtls><InstdAmt><Amt Ccy="{currency}">{amount:.2f}</Amt></InstdAmt><TxAmt>'
        f'<Amt Ccy="USD">{abs(entry.amount):.2f}</Amt><CcyXchg><SrcCcy>{currency}</SrcCcy><TrgtCcy>USD</TrgtCcy>'
        f"<UnitCcy>{currency}</UnitCcy><XchgRate>{rate}</XchgRate></CcyXchg></TxAmt></AmtDtls>"
    )


def _charges(entry: Booking) -> str:
    if entry.charges is None:
        return ""
    amount = f'<Amt Ccy="USD">{entry.charges:.2f}</Amt><CdtDbtInd>DBIT</CdtDbtInd>'
    return f"<Chrgs><Rcrd>{amount}<ChrgInclInd>true</ChrgInclInd></Rcrd></Chrgs>"


def _remittance(entry: Booking) -> str:
    reference = (
        f"<Strd><CdtrRefInf><Ref>{escape(entry.structured_ref)}</Ref></CdtrRefInf></Strd>"
        if entry.structured_ref
        else ""
    )
    return f"<RmtInf>{_tag('Ustrd', entry.text[:140])}{reference}</RmtInf>" if entry.text or reference else ""


def _return(entry: Booking) -> str:
    return f"<RtrInf><Rsn><Cd>{entry.return_reason}</Cd></Rsn></RtrInf>" if entry.return_reason else ""


def _tag(name: str, text: str) -> str:
    return f"<{name}>{escape(text)}</{name}>" if text else ""
