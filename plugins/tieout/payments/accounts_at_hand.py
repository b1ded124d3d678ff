"""Account numbers, decrypted only while a file is made. They are in no message, log or representation."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import psycopg

from tieout.archive.keys import Keys
from tieout.bank_accounts import check
from tieout.errors import ConfigurationError, Refused
from tieout.payments.content import Content
from tieout.payments.vocabulary import TRANSFERS
from tieout.sources.files import Paying

_NUMBERS = """
select distinct on (wanted.payment_id)
    wanted.payment_id, version.account_number_encrypted, coalesce(version.routing_number, '')
from unnest(%s::text[], %s::text[], %s::text[], %s::text[])
    as wanted (payment_id, vendor_account_id, account_token, routing_number)
inner join (
    select
        account.*,
        account._source_system || ':' || account.vendor_number || ':' || account.account_ref as vendor_account_id,
        promotion.known_at
    from raw.vendor_bank_account as account
    inner join quality.promotion as promotion on account._batch_id = promotion.batch_id
) as version
    on wanted.vendor_account_id = version.vendor_account_id
    and wanted.account_token = version.account_number_token
    and wanted.routing_number = coalesce(version.routing_number, '')
where not version._deleted
order by wanted.payment_id, version._source_updated_at desc nulls last, version.known_at desc, version._row_number desc
"""


@dataclass(frozen=True)
class Account:
    """An account's number and routing number or BIC, in clear."""

    number: str = field(repr=False)
    routing: str = field(repr=False)


@dataclass(frozen=True)
class PayingAccount:
    """An account of ours, as the connection of its bank has it.

    ``origin`` is the id that the bank gave us for ACH files; by default the routing number. ``bank`` is where it takes
    files.
    """

    name: str
    account: Account
    bank_name: str
    origin: str
    bank: Paying


def paying_account(banks: Sequence[tuple[Paying, Mapping[str, Any]]], name: str) -> PayingAccount:
    """Return one of our accounts: the extra of its bank's connection has it under ``accounts``, by name.

    Args:
        banks: that take payments, each with its connection's extra.
        name: of the account, as the entity's file has it.

    Raises:
        ConfigurationError: no bank has it, or several do, or it has no name or number.
    """
    found = [(bank, extra["accounts"][name]) for bank, extra in banks if name in (extra.get("accounts") or {})]
    if len(found) > 1:
        names = " and ".join(bank.connection for bank, _ in found)
        raise ConfigurationError(f"The connections {names} both have an account {name!r}.", "Rename one of them.")
    if not found or not found[0][1].get("name") or not found[0][1].get("number"):
        where = ", ".join(bank.connection for bank, _ in banks) or "none: no source says where it takes payments"
        raise ConfigurationError(
            f"No connection of a bank has the account {name!r} with name and number (there is {where}).",
            'Put it into the extra: {"accounts": {"' + name + '": {"name": …, "number": …, "routing": …}}}.',
        )
    ((bank, said),) = found
    account = Account(str(said["number"]), str(said.get("routing") or ""))
    origin = str(said.get("origin") or account.routing)
    return PayingAccount(str(said["name"]), account, str(said.get("bank_name") or "BANK"), origin, bank)


def unpayable(what: Content, accounts: Mapping[str, Account]) -> list[str]:
    """Return, in sentences, which accounts fail their check; the numbers are not said."""
    found = []
    for payment in what.payments:
        account = accounts.get(payment.payment_id)
        wrong = check(account.number, account.routing) if account else None
        if wrong:
            found.append(f"the account of {payment.vendor_name} cannot be paid to: {wrong}")
    return found


def vendors_accounts(connection: psycopg.Connection, keys: Keys, what: Content) -> dict[str, Account]:
    """Return the account of each transfer, by payment: token and routing number are those that were approved.

    Raises:
        Refused: the warehouse has no such number.
    """
    transfers = [payment for payment in what.payments if payment.method in TRANSFERS]
    wanted = [
        [payment.payment_id for payment in transfers],
        [payment.vendor_account_id for payment in transfers],
        [payment.account_token for payment in transfers],
        [payment.routing_number or "" for payment in transfers],
    ]
    found = {row[0]: row[1:] for row in connection.execute(_NUMBERS, wanted).fetchall()}
    accounts: dict[str, Account] = {}
    for payment in transfers:
        row = found.get(payment.payment_id)
        if row is None:
            raise Refused(
                f"The account of payment {payment.payment_id} is not in the warehouse as it was approved.",
                "Nothing was made; look at raw.vendor_bank_account.",
            )
        accounts[payment.payment_id] = Account(keys.decrypt(row[0]), row[1])
    return accounts
