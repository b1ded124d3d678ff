"""A vendor number of a source as resolution reads it, and what is compared of it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from tieout.resolution import contacts
from tieout.resolution.names import ACRONYM_FROM, OrganisationName, parse

LONGEST_ACRONYM = 6


@dataclass(frozen=True)
class Account:
    """A bank account by its token; the last four characters are all that is ever shown of it."""

    token: str
    last4: str = ""


@dataclass(frozen=True)
class Vendor:
    """One vendor number in a source, as staging holds it; blank is unknown.

    ``record_vendor_id``: the vendor that the source's own cross-reference names. ``source_rank``: 1 is the system of
    record.
    """

    vendor_id: str
    name: str = ""
    tax_id_token: str = ""
    tax_id_last4: str = ""
    accounts: tuple[Account, ...] = ()
    gln: str = ""
    duns: str = ""
    record_vendor_id: str = ""
    address: str = ""
    city: str = ""
    postal_code: str = ""
    country: str = ""
    phone: str = ""
    email: str = ""
    payment_term_code: str = ""
    source_rank: int = 1

    @classmethod
    def of(cls, row: Mapping[str, Any], accounts: Iterable[Account] = ()) -> "Vendor":
        """Make one from a row with these names; other columns are left alone, null is blank."""
        names = {name for name in cls.__dataclass_fields__ if name != "accounts"}
        known = {name: row[name] for name in names & row.keys() if row[name] is not None}
        return cls(**known, accounts=tuple(accounts))


@dataclass(frozen=True)
class Features:
    """What is compared of a vendor: normal spellings, and the keys under which it is looked for.

    ``None`` is unknown: it counts neither for nor against. ``name_short``: a name that may be first letters;
    ``name_acronyms``: the first letters of a longer one.
    """

    vendor_id: str
    name_ordered: str | None
    name_core: str | None
    name_squashed: str | None
    name_written: str | None
    name_head: str | None
    name_traded: str | None
    name_short: str | None
    name_acronyms: tuple[str, ...] | None
    name_numbers: str | None
    legal_form: str | None
    address: str | None
    postal_code: str | None
    city: str | None
    phone: str | None
    email_domain: str | None
    terms: str | None
    tax_token: str | None
    tax_last4: str | None
    bank_tokens: tuple[str, ...] | None
    gln: str | None
    duns: str | None
    keys: tuple[str, ...]


def features(vendor: Vendor) -> Features:
    """Return what is compared of a vendor."""
    name = parse(vendor.name)
    street = contacts.address(vendor.address)
    postal, town = contacts.postal_code(vendor.postal_code), contacts.city(vendor.city)
    phone, domain = contacts.phone(vendor.phone), contacts.email_domain(vendor.email)
    identifiers = [
        *_keyed("t", vendor.tax_id_token),
        *(key for account in vendor.accounts for key in _keyed("b", account.token)),
        *_keyed("g", vendor.gln),
        *_keyed("d", vendor.duns),
    ]
    place = [f"a:{street}|{postal or town}"] if street and (postal or town) else []
    squashed = name.core.replace(" ", "")
    here = [f"x:{squashed[:4]}|{town}", f"y:{squashed[-4:]}|{town}"] if squashed and town else []
    keys = {*here, *identifiers, *_keyed("p", phone), *_keyed("e", domain), *place, *name_keys(name)}
    return Features(
        vendor_id=vendor.vendor_id,
        name_ordered=name.ordered or None,
        name_core=name.core or None,
        name_squashed=squashed or None,
        name_written=name.written or None,
        name_head=name.head or None,
        name_traded=" ".join(sorted(name.traded)) or None,
        name_short=_short(name) or None,
        name_acronyms=name.acronyms or None,
        name_numbers=name.numbers or None,
        legal_form=name.form or None,
        address=street or None,
        postal_code=postal or None,
        city=town or None,
        phone=phone or None,
        email_domain=domain or None,
        terms=contacts.terms(vendor.payment_term_code) or None,
        tax_token=vendor.tax_id_token or None,
        tax_last4=vendor.tax_id_last4 or None,
        bank_tokens=tuple(sorted({account.token for account in vendor.accounts if account.token})) or None,
        gln=vendor.gln or None,
        duns=vendor.duns or None,
        keys=tuple(sorted(keys)),
    )


def name_keys(name: OrganisationName) -> set[str]:
    """Return the keys under which a name is looked for: it, its telling words, their consonants, its beginning."""
    keys: set[str] = set()
    for words in (name.words, name.traded):
        if not words:
            continue
        own = OrganisationName(words, (), "")
        squashed = own.core.replace(" ", "")
        keys |= {f"n:{own.ordered}", f"h:{own.head}", f"q:{squashed[:7]}", f"r:{squashed[-7:]}"}
        keys |= {f"w:{word}" for word in own.head.split() if len(word) > 2}
        keys |= {f"c:{skeleton}" for word in own.head.split() if len(skeleton := _consonants(word)) > 3}
    return keys | {key for letters in (_short(name), *name.acronyms) for key in _keyed("i", letters)}


def _short(name: OrganisationName) -> str:
    """A short name that may be somebody's first letters."""
    return name.core if len(name.words) == 1 and ACRONYM_FROM <= len(name.core) <= LONGEST_ACRONYM else ""


def _consonants(word: str) -> str:
    """First letter and consonants, doubled ones once: what most slips of the pen leave alone."""
    kept = word[:1]
    for letter in word[1:]:
        if letter not in "aeiouyh" and letter != kept[-1]:
            kept += letter
    return kept


def _keyed(kind: str, value: str) -> list[str]:
    return [f"{kind}:{value}"] if value else []
