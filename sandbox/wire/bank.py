"""The bank's daily statements: ISO 20022 camt.053.001.08."""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from xml.sax.saxutils import escape

from sandbox.scenario.domain import Entity
from sandbox.wire.codes import iso

NAMESPACE = "urn:iso:std:iso:20022:tech:xsd:camt.053.001.08"


@dataclass(frozen=True, slots=True)
class Entry:
    """A booked entry; money out is negative."""

    amount: Decimal
    reference: str
    end_to_end_id: str
    code: tuple[str, str, str]
    party: str
    text: str


@dataclass(frozen=True, slots=True)
class Statement:
    """A day of one account."""

    entity: Entity
    day: date
    number: int
    opening: Decimal
    entries: tuple[Entry, ...]

    @property
    def closing(self) -> Decimal:
        """Opening plus entries."""
        return self.opening + sum((entry.amount for entry in self.entries), Decimal(0))

    @property
    def path(self) -> str:
        """Where the bank puts it."""
        return f"outgoing/statements/camt053_{self.entity.entity_id}_{self.day:%Y%m%d}.xml"


def _signed(amount: Decimal) -> str:
    side = "DBIT" if amount < 0 else "CRDT"
    return f'<Amt Ccy="USD">{abs(amount):.2f}</Amt><CdtDbtInd>{side}</CdtDbtInd>'


def _balance(code: str, amount: Decimal, day: date) -> str:
    return f"<Bal><Tp><CdOrPrtry><Cd>{code}</Cd></CdOrPrtry></Tp>{_signed(amount)}<Dt><Dt>{day}</Dt></Dt></Bal>"


def _entry(entry: Entry, day: date) -> str:
    domain, family, sub_family = entry.code
    party = "Dbtr" if entry.amount > 0 else "Cdtr"
    return (
        f"<Ntry>{_signed(entry.amount)}<RvslInd>false</RvslInd><Sts><Cd>BOOK</Cd></Sts>"
        f"<BookgDt><Dt>{day}</Dt></BookgDt><ValDt><Dt>{day}</Dt></ValDt><AcctSvcrRef>{entry.reference}</AcctSvcrRef>"
        f"<BkTxCd><Domn><Cd>{domain}</Cd><Fmly><Cd>{family}</Cd><SubFmlyCd>{sub_family}</SubFmlyCd></Fmly></Domn></BkTxCd>"
        f"<NtryDtls><TxDtls><Refs><EndToEndId>{entry.end_to_end_id or 'NOTPROVIDED'}</EndToEndId></Refs>"
        f'<Amt Ccy="USD">{abs(entry.amount):.2f}</Amt>'
        f"<CdtDbtInd>{'DBIT' if entry.amount < 0 else 'CRDT'}</CdtDbtInd>"
        f"<RltdPties><{party}><Pty><Nm>{escape(entry.party)}</Nm></Pty></{party}></RltdPties>"
        f"<RmtInf><Ustrd>{escape(entry.text)}</Ustrd></RmtInf></TxDtls></NtryDtls></Ntry>"
    )


def camt053(statement: Statement, at: datetime) -> bytes:
    """Render a statement."""
    day, entity = statement.day, statement.entity
    ident = f"ST-{entity.entity_id}-{day:%Y%m%d}"
    body = (
        f"<GrpHdr><MsgId>{ident}</MsgId><CreDtTm>{iso(at)}</CreDtTm></GrpHdr>"
        f"<Stmt><Id>{ident}</Id><ElctrncSeqNb>{statement.number}</ElctrncSeqNb><CreDtTm>{iso(at)}</CreDtTm>"
        f"<FrToDt><FrDtTm>{day}T00:00:00Z</FrDtTm><ToDtTm>{day}T23:59:59Z</ToDtTm></FrToDt>"
        f"<Acct><Id><Othr><Id>{entity.account_number}</Id></Othr></Id><Ccy>USD</Ccy><Nm>{entity.account}</Nm></Acct>"
        f"{_balance('OPBD', statement.opening, day)}{_balance('CLBD', statement.closing, day)}"
        f"{''.join(_entry(entry, day) for entry in statement.entries)}</Stmt>"
    )
    return (
        f'<?xml version="1.0" encoding="UTF-8"?>\n<Document xmlns="{NAMESPACE}"><BkToCstmrStmt>{body}</BkToCstmrStmt>'
        "</Document>\n"
    ).encode()
