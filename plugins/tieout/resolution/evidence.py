"""Evidence in words, for the person who decides."""

from collections.abc import Callable

from tieout.resolution import comparisons
from tieout.resolution.linkage import Finding, Link
from tieout.resolution.vendors import Vendor

# What is shown beside a comparison. Numbers of tax and bank are never here but by their last four characters.
SHOWN: dict[str, Callable[[Vendor], str]] = {
    comparisons.NAME: lambda vendor: vendor.name,
    comparisons.PLACE: lambda vendor: ", ".join(filter(None, (vendor.address, vendor.postal_code, vendor.city))),
    comparisons.PHONE: lambda vendor: vendor.phone,
    comparisons.DOMAIN: lambda vendor: vendor.email.rpartition("@")[2],
    comparisons.TERMS: lambda vendor: vendor.payment_term_code,
    comparisons.GLN: lambda vendor: vendor.gln,
    comparisons.DUNS: lambda vendor: vendor.duns,
    comparisons.TAX: lambda vendor: _ending(vendor.tax_id_last4),
    comparisons.BANK: lambda vendor: ", ".join(_ending(account.last4) for account in vendor.accounts),
}


def in_words(link: Link, left: Vendor, right: Vendor) -> tuple[str, ...]:
    """Return a sentence for each comparison, the heaviest first, whichever way it points."""
    ordered = sorted(link.findings, key=lambda finding: (-abs(finding.weight), finding.comparison))
    return tuple(_sentence(finding, left, right) for finding in ordered)


def _sentence(finding: Finding, left: Vendor, right: Vendor) -> str:
    title = finding.comparison.replace("_", " ")
    show = SHOWN.get(finding.comparison)
    values = f" ({show(left)!r} and {show(right)!r})" if show else ""
    return f"{title}: {finding.words}{values}, {finding.weight:+.1f}"


def _ending(last4: str) -> str:
    return f"…{last4}" if last4 else "…"
