"""ISO 20022 pain.001.001.09 (customer credit transfer initiation): a plain record in, the file's bytes out.

The document is built from the typed classes of pyiso20022, written by xsdata and validated against the official
schema before anybody gets it (docs/reference/payments.md, section 4). The same record gives the same bytes.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from textwrap import wrap

from babel.numbers import get_currency_precision
from pyiso20022.pain import pain_001_001_09 as iso
from stdnum import iban
from xsdata.formats.dataclass.serializers import XmlSerializer
from xsdata.formats.dataclass.serializers.config import SerializerConfig
from xsdata.models.datatype import XmlDate

from tieout.errors import Unwritable
from tieout.formats.characters import LATIN, spell
from tieout.formats.schema import validate

NAMESPACE = "urn:iso:std:iso:20022:tech:xsd:pain.001.001.09"
NAME, REFERENCE, LINE = 70, 35, 140  # characters: names as banks take them, Max35Text, Max140Text
ABA = 9


@dataclass(frozen=True)
class BankAccount:
    """An account: IBAN or national number; routing is a BIC, a nine-digit ABA number, or blank beside an IBAN."""

    number: str
    routing: str = ""

    def __repr__(self) -> str:
        return "BankAccount(…)"


@dataclass(frozen=True)
class CreditTransfer:
    """One payment: ``amount`` above zero, in whole minor units of its currency.

    ``remittance`` is split into lines of 140 characters; ``creditor_country`` is ISO 3166, two letters.
    """

    end_to_end_id: str
    instruction_id: str
    amount: Decimal
    currency: str
    creditor_name: str
    creditor_account: BankAccount
    remittance: str = ""
    structured_ref: str = ""
    creditor_country: str = ""
    creditor_address: tuple[str, ...] = ()


@dataclass(frozen=True)
class PaymentGroup:
    """Payments from one account on one day, booked together where ``batch_booking``."""

    group_id: str
    requested_date: date
    debtor_name: str
    debtor_account: BankAccount
    debtor_currency: str
    transfers: tuple[CreditTransfer, ...]
    batch_booking: bool = False


@dataclass(frozen=True)
class Instruction:
    """A file: ``message_id`` is the batch's id."""

    message_id: str
    created_at: datetime
    initiator: str
    groups: tuple[PaymentGroup, ...]


def write(instruction: Instruction, allowed: frozenset[str] = LATIN) -> bytes:
    """Return the file.

    Raises:
        Unwritable: nothing to pay, an id given twice, an amount that is none, a text that the bank's characters cannot
            spell, or a document that the schema refuses. Messages never hold an account number.
    """
    transfers = [transfer for group in instruction.groups for transfer in group.transfers]
    _refuse(instruction, transfers)
    groups = [_group(group, allowed) for group in instruction.groups]
    header = iso.GroupHeader85(
        msg_id=_reference(instruction.message_id, allowed, "message id"),
        cre_dt_tm=instruction.created_at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),  # type: ignore[arg-type]
        nb_of_txs=str(len(transfers)),
        ctrl_sum=_sum(transfers),
        initg_pty=_party(instruction.initiator, allowed, "initiating party's name"),
    )
    message = iso.CustomerCreditTransferInitiationV09(grp_hdr=header, pmt_inf=groups)
    document = iso.Document(cstmr_cdt_trf_initn=message)
    config = SerializerConfig(indent="  ")
    content = XmlSerializer(config=config).render(document, ns_map={None: NAMESPACE}).encode()  # type: ignore[dict-item]
    validate(content, "pain.001.001.09")
    return content


def _refuse(instruction: Instruction, transfers: list[CreditTransfer]) -> None:
    if not transfers or not all(group.transfers for group in instruction.groups):
        raise Unwritable("A file or a group of it has no payment.", "Leave it out.")
    _once([transfer.end_to_end_id for transfer in transfers], "EndToEndId")
    _once([transfer.instruction_id for transfer in transfers], "InstrId")
    _once([group.group_id for group in instruction.groups], "PmtInfId")
    for transfer in transfers:
        if not transfer.amount.is_finite() or transfer.amount <= 0:
            raise Unwritable(
                f"Payment {transfer.end_to_end_id} has no amount above zero.", "Nothing to pay: leave it out."
            )
        if _places(transfer) > get_currency_precision(transfer.currency):
            raise Unwritable(f"Payment {transfer.end_to_end_id} has parts of a minor unit.", "Round what is paid.")


def _once(ids: Iterable[str], name: str) -> None:
    seen: set[str] = set()
    for one in ids:
        if one in seen:
            raise Unwritable(f"{name} {one} is there twice.", "A payment is made once: look for the second one.")
        seen.add(one)


def _group(group: PaymentGroup, allowed: frozenset[str]) -> iso.PaymentInstruction30:
    return iso.PaymentInstruction30(
        pmt_inf_id=_reference(group.group_id, allowed, "group's id"),
        pmt_mtd=iso.PaymentMethod3Code.TRF,
        btch_bookg=group.batch_booking,
        nb_of_txs=str(len(group.transfers)),
        ctrl_sum=_sum(group.transfers),
        reqd_exctn_dt=iso.DateAndDateTime2Choice(dt=XmlDate.from_date(group.requested_date)),
        dbtr=_party(group.debtor_name, allowed, "debtor's name"),
        dbtr_acct=iso.CashAccount38(id=_account(group.debtor_account), ccy=group.debtor_currency),
        dbtr_agt=_agent(group.debtor_account) or _unknown_agent(),
        chrg_br=iso.ChargeBearerType1Code.SHAR,
        cdt_trf_tx_inf=[_transfer(transfer, allowed) for transfer in group.transfers],
    )


def _transfer(transfer: CreditTransfer, allowed: frozenset[str]) -> iso.CreditTransferTransaction34:
    places = get_currency_precision(transfer.currency)
    value = transfer.amount.quantize(Decimal(1).scaleb(-places))
    amount = iso.ActiveOrHistoricCurrencyAndAmount(value=value, ccy=transfer.currency)
    return iso.CreditTransferTransaction34(
        pmt_id=iso.PaymentIdentification6(
            instr_id=_reference(transfer.instruction_id, allowed, "instruction's id"),
            end_to_end_id=_reference(transfer.end_to_end_id, allowed, "end-to-end id"),
        ),
        amt=iso.AmountType4Choice(instd_amt=amount),
        cdtr_agt=_agent(transfer.creditor_account),
        cdtr=_party(transfer.creditor_name, allowed, "creditor's name", transfer),
        cdtr_acct=iso.CashAccount38(id=_account(transfer.creditor_account)),
        rmt_inf=_remittance(transfer, allowed),
    )


def _remittance(transfer: CreditTransfer, allowed: frozenset[str]) -> iso.RemittanceInformation16 | None:
    lines = wrap(spell(transfer.remittance, allowed, "remittance information"), LINE)
    structured = []
    if transfer.structured_ref:
        reference = _reference(transfer.structured_ref, allowed, "structured reference")
        structured.append(
            iso.StructuredRemittanceInformation16(cdtr_ref_inf=iso.CreditorReferenceInformation2(ref=reference))
        )
    return iso.RemittanceInformation16(ustrd=lines, strd=structured) if lines or structured else None


def _party(
    name: str, allowed: frozenset[str], field: str, transfer: CreditTransfer | None = None
) -> iso.PartyIdentification135:
    party = iso.PartyIdentification135(nm=spell(name, allowed, field, longest=NAME))
    if transfer and (transfer.creditor_country or transfer.creditor_address):
        lines = [spell(line, allowed, "creditor's address", longest=NAME) for line in transfer.creditor_address]
        party.pstl_adr = iso.PostalAddress24(ctry=transfer.creditor_country or None, adr_line=lines[:7])
    return party


def _account(account: BankAccount) -> iso.AccountIdentification4Choice:
    number = iban.compact(account.number)
    if iban.is_valid(number):
        return iso.AccountIdentification4Choice(iban=number)
    return iso.AccountIdentification4Choice(othr=iso.GenericAccountIdentification1(id=number))


def _agent(account: BankAccount) -> iso.BranchAndFinancialInstitutionIdentification6 | None:
    routing = account.routing.replace(" ", "").upper()
    if not routing:
        return None
    if len(routing) == ABA and routing.isdigit():
        member = iso.ClearingSystemMemberIdentification2(
            clr_sys_id=iso.ClearingSystemIdentification2Choice(cd="USABA"), mmb_id=routing
        )
        return _institution(iso.FinancialInstitutionIdentification18(clr_sys_mmb_id=member))
    return _institution(iso.FinancialInstitutionIdentification18(bicfi=routing))


def _unknown_agent() -> iso.BranchAndFinancialInstitutionIdentification6:
    other = iso.GenericFinancialIdentification1(id="NOTPROVIDED")
    return _institution(iso.FinancialInstitutionIdentification18(othr=other))


def _institution(
    identification: iso.FinancialInstitutionIdentification18,
) -> iso.BranchAndFinancialInstitutionIdentification6:
    return iso.BranchAndFinancialInstitutionIdentification6(fin_instn_id=identification)


def _reference(text: str, allowed: frozenset[str], field: str) -> str:
    """Return an id as it is: one that the bank would not give back alike is refused, not spelled."""
    if text != spell(text, allowed, field) or not 0 < len(text) <= REFERENCE:
        raise Unwritable(f"The {field} {text!r} is blank, longer than {REFERENCE} or not in the bank's characters.")
    return text


def _sum(transfers: Iterable[CreditTransfer]) -> Decimal:
    """Return the control sum: amounts added up whatever their currency (ISO 20022, CtrlSum)."""
    sums = list(transfers)
    places = max(get_currency_precision(transfer.currency) for transfer in sums)
    return sum((transfer.amount for transfer in sums), Decimal(0)).quantize(Decimal(1).scaleb(-places))


def _places(transfer: CreditTransfer) -> int:
    exponent = transfer.amount.normalize().as_tuple().exponent
    return max(0, -exponent) if isinstance(exponent, int) else 0
