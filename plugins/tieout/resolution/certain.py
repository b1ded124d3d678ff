"""Certain evidence: the source's own cross-reference, and identifiers that two vendors share.

Certain is what nothing contradicts. An identifier whose holders have different tax ids, that vendors of many names hold
(a placeholder, a factor's account), or that (tax id apart) vendors share whom a guard sets apart, is a reason to look,
not to merge. So is a tax id where nothing else at all is the same: somebody mistyped one.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations, pairwise

from tieout.resolution.decisions import Pair, pair
from tieout.resolution.guards import agree_besides_tax, alike, reasons
from tieout.resolution.vendors import Features, Vendor

SOURCE_REF, TAX_ID, BANK_ACCOUNT, GLN, DUNS = KINDS = ("source_ref", "tax_id", "bank_account", "gln", "duns")
# An identifier that vendors of more names than this hold belongs to none of them.
MOST_NAMES = 5
# Within larger groups neighbours are paired, not all with all.
LARGEST_GROUP = 20


@dataclass(frozen=True)
class Certain:
    """Two vendors that share an identifier. ``doubts`` says why it is not certain after all; empty where it is."""

    pair: Pair
    kind: str
    words: str
    doubts: str = ""


def identities(vendors: Mapping[str, Vendor]) -> dict[str, str]:
    """Return each vendor's tax id token: its record's where it refers to one that has one, else its own."""
    return {
        vendor_id: getattr(vendors.get(vendor.record_vendor_id), "tax_id_token", "") or vendor.tax_id_token
        for vendor_id, vendor in vendors.items()
    }


def certain(vendors: Mapping[str, Vendor], compared: Mapping[str, Features]) -> list[Certain]:
    """Return what is shared, the strongest kind first, then by ids."""
    tax_ids = identities(vendors)
    found = [
        Certain(pair(vendor.vendor_id, vendor.record_vendor_id), SOURCE_REF, "the source names it as its record")
        for vendor in vendors.values()
        if vendor.record_vendor_id in vendors and vendor.record_vendor_id != vendor.vendor_id
    ]
    for (kind, _value, shown), holders in _shared(vendors).items():
        general = _doubts(kind, holders, tax_ids, compared)
        for one, other in _paired(sorted(holders)):
            doubts = general
            if not doubts:
                doubts = "; ".join(_against(kind, compared[one], compared[other]))
            found.append(Certain(pair(one, other), kind, f"{kind.replace('_', ' ')}{shown} is the same", doubts))
    return sorted(found, key=lambda each: (KINDS.index(each.kind), each.pair))


def _against(kind: str, one: Features, other: Features) -> list[str]:
    """What speaks against a pair. A firm may change its name, but not everything at once and keep its tax id."""
    if kind != TAX_ID:
        return reasons(one, other)
    return [] if alike(one, other) or agree_besides_tax(one, other) else ["nothing else is the same"]


def _shared(vendors: Mapping[str, Vendor]) -> dict[tuple[str, str, str], set[str]]:
    """Holders of each identifier that several hold; the last part is what may be shown of it."""
    holders: dict[tuple[str, str, str], set[str]] = defaultdict(set)
    for vendor in vendors.values():
        for kind, value, shown in _identifiers(vendor):
            holders[kind, value, shown].add(vendor.vendor_id)
    return {key: found for key, found in holders.items() if len(found) > 1}


def _identifiers(vendor: Vendor) -> Iterator[tuple[str, str, str]]:
    if vendor.tax_id_token:
        yield TAX_ID, vendor.tax_id_token, _ending(vendor.tax_id_last4)
    for account in vendor.accounts:
        if account.token:
            yield BANK_ACCOUNT, account.token, _ending(account.last4)
    if vendor.gln:
        yield GLN, vendor.gln, f" {vendor.gln}"
    if vendor.duns:
        yield DUNS, vendor.duns, f" {vendor.duns}"


def _ending(last4: str) -> str:
    return f" ending {last4}" if last4 else ""


def _doubts(kind: str, holders: set[str], tax_ids: Mapping[str, str], compared: Mapping[str, Features]) -> str:
    heads = {compared[holder].name_head for holder in holders}
    if len(heads) > MOST_NAMES:
        return f"{len(holders)} vendors of {len(heads)} names share it"
    if kind != TAX_ID and len({tax_ids[holder] for holder in holders} - {""}) > 1:
        return "its holders have different tax ids"
    return ""


def _paired(holders: Sequence[str]) -> Iterator[Pair]:
    return iter(combinations(holders, 2)) if len(holders) <= LARGEST_GROUP else iter(pairwise(holders))
