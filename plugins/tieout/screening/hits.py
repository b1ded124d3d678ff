"""A vendor number's resemblance to a listed party as a row of the interface object ``screening_hit``. Pure."""

import hashlib
from decimal import Decimal

from tieout.resolution.vendors import Vendor
from tieout.screening.resemblance import Match

FIELDS = (
    "hit_id", "vendor_id", "list", "entry_id", "entry_name", "matched_name", "is_alias", "score", "threshold",
    "evidence", "facts_sha256",
)  # fmt: skip
Row = dict[str, str | None]
_COMPARED = ("name", "address", "city", "postal_code", "country", "tax_id_token")


def hit_row(vendor: Vendor, match: Match, threshold: Decimal) -> Row:
    """Return a hit as raw keeps it."""
    return {
        "hit_id": f"{match.vendor_id}|{match.listed.list}|{match.listed.entry_id}",
        "vendor_id": match.vendor_id,
        "list": match.listed.list,
        "entry_id": match.listed.entry_id,
        "entry_name": match.listed.name,
        "matched_name": match.matched_name,
        "is_alias": "true" if match.matched_name != match.listed.name else "false",
        "score": str(match.score),
        "threshold": str(threshold),
        "evidence": match.evidence,
        "facts_sha256": sha256_of(vendor_facts(vendor), match.listed.facts_sha256),
    }


def vendor_facts(vendor: Vendor) -> str:
    """Return a hash of what screening knows of a vendor number. Another bank account or term is no other vendor."""
    return sha256_of(*(getattr(vendor, field) for field in _COMPARED))


def sha256_of(*texts: str) -> str:
    """Return the hash of several texts."""
    return hashlib.sha256("\x1f".join(texts).encode()).hexdigest()
