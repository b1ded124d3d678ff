"""Files of payments as a customer's system would write them, to be sent to the estate's bank."""

from dataclasses import dataclass
from decimal import Decimal

LAKE, CLINIC, BANK = "4400200058", "7700200023", "041299993"
PAIN001 = "urn:iso:std:iso:20022:tech:xsd:pain.001.001.09"


@dataclass(frozen=True)
class Pay:
    """A payment."""

    reference: str
    amount: str
    account: str = "880000000001"
    routing: str = "021000021"
    creditor: str = "Alder Medical Inc."
    currency: str = "USD"
    group: str = "G1"
    remittance: str = "INV-1"

    @property
    def cents(self) -> int:
        """The amount in cents."""
        return int(Decimal(self.amount) * 100)


def pain001(
    message: str, *payments: Pay, on: str = "2026-03-02", account: str = LAKE, batch: str = "false", **stated: str
) -> bytes:
    """A pain.001.001.09; `count` and `total` override what its header states."""
    total = sum((Decimal(pay.amount) for pay in payments), Decimal(0))
    facts = {"count": str(len(payments)), "total": str(total), **stated}
    groups = dict.fromkeys(pay.group for pay in payments)
    body = "".join(
        _group(group, [pay for pay in payments if pay.group == group], on, account, batch) for group in groups
    )
    return (
        f'<?xml version="1.0" encoding="UTF-8"?><Document xmlns="{PAIN001}"><CstmrCdtTrfInitn><GrpHdr>'
        f"<MsgId>{message}</MsgId><CreDtTm>2026-03-01T00:00:00Z</CreDtTm><NbOfTxs>{facts['count']}</NbOfTxs>"
        f"<CtrlSum>{facts['total']}</CtrlSum><InitgPty><Nm>Lake Hospital</Nm></InitgPty></GrpHdr>{body}"
        "</CstmrCdtTrfInitn></Document>"
    ).encode()


def _group(group: str, payments: list[Pay], on: str, account: str, batch: str) -> str:
    return (
        f"<PmtInf><PmtInfId>{group}</PmtInfId><PmtMtd>TRF</PmtMtd><BtchBookg>{batch}</BtchBookg>"
        f"<ReqdExctnDt><Dt>{on}</Dt></ReqdExctnDt><Dbtr><Nm>Lake Hospital</Nm></Dbtr>"
        f"<DbtrAcct><Id><Othr><Id>{account}</Id></Othr></Id></DbtrAcct>"
        f"<DbtrAgt><FinInstnId><ClrSysMmbId><MmbId>{BANK}</MmbId></ClrSysMmbId></FinInstnId></DbtrAgt>"
        + "".join(_transfer(pay) for pay in payments)
        + "</PmtInf>"
    )


def _transfer(pay: Pay) -> str:
    iban = pay.account[:2].isalpha()
    number = f"<IBAN>{pay.account}</IBAN>" if iban else f"<Othr><Id>{pay.account}</Id></Othr>"
    bank = f"<BICFI>{pay.routing}</BICFI>" if iban else f"<ClrSysMmbId><MmbId>{pay.routing}</MmbId></ClrSysMmbId>"
    return (
        f"<CdtTrfTxInf><PmtId><InstrId>I-{pay.reference}</InstrId><EndToEndId>{pay.reference}</EndToEndId></PmtId>"
        f'<Amt><InstdAmt Ccy="{pay.currency}">{pay.amount}</InstdAmt></Amt>'
        f"<CdtrAgt><FinInstnId>{bank}</FinInstnId></CdtrAgt><Cdtr><Nm>{pay.creditor}</Nm></Cdtr>"
        f"<CdtrAcct><Id>{number}</Id></CdtrAcct><RmtInf><Ustrd>{pay.remittance}</Ustrd></RmtInf></CdtTrfTxInf>"
    )


def nacha(*payments: Pay, modifier: str = "A", on: str = "260302", reference: str = "") -> bytes:
    """A NACHA file with one CCD batch of credits, an addendum each. `reference` is the company's for the batch."""
    lines = [
        f"101 {BANK}{CLINIC:>10}2603010000{modifier}094101{'FIRST ESTATE BANK':<23}{'WESTSIDE CLINIC':<23}{'':8}",
        f"5220{'WESTSIDE CLINIC':<16}{reference:<20}{CLINIC:>10}CCD{'PAYMENTS':<10}{on}{on}{'':3}1{BANK[:8]}{1:07}",
    ]
    for number, pay in enumerate(payments, start=1):
        trace = f"{BANK[:8]}{number:07}"
        lines.append(
            f"622{pay.routing}{pay.account:<17}{pay.cents:010}{pay.reference:<15}{pay.creditor:<22.22}  1{trace}"
        )
        lines.append(f"705{pay.remittance:<80}{1:04}{number:07}")
    count, hashed = 2 * len(payments), sum(int(pay.routing[:8]) for pay in payments) % 10**10
    total = sum(pay.cents for pay in payments)
    lines.append(f"8220{count:06}{hashed:010}{0:012}{total:012}{CLINIC:>10}{'':25}{BANK[:8]}{1:07}")
    blocks = -(-(len(lines) + 1) // 10)
    lines.append(f"9{1:06}{blocks:06}{count:08}{hashed:010}{0:012}{total:012}{'':39}")
    lines += ["9" * 94] * (blocks * 10 - len(lines))
    return ("\n".join(lines) + "\n").encode("ascii")
