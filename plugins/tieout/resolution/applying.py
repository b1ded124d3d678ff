"""What is applied: what a person decided and what certain evidence says."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from tieout.resolution.certain import Certain, identities
from tieout.resolution.clusters import Groups, both, unforbidden
from tieout.resolution.decisions import Constraints, Pair
from tieout.resolution.vendors import Vendor

DECISION, ALONE = "decision", "alone"


@dataclass(frozen=True)
class Applied:
    """What made two vendors of one cluster one: a method of ``Member``, and words for it."""

    pair: Pair
    method: str
    words: str


def apply(
    vendors: Mapping[str, Vendor], shared: Iterable[Certain], constraints: Constraints
) -> tuple[Groups, list[Applied]]:
    """Join what people and certain evidence join; return the groups and what joined them, people first."""
    groups = Groups(vendors)
    tax_ids = identities(vendors)
    applied: list[Applied] = []

    def one_tax_id(left: list[str], right: list[str]) -> bool:
        return len({tax_ids[member] for member in (*left, *right)} - {""}) <= 1

    person = unforbidden(constraints.apart)
    evidence = unforbidden(constraints.apart | constraints.withheld)
    for each in constraints.merged:
        if set(each) <= vendors.keys() and groups.join(each, person):
            applied.append(Applied(each, DECISION, f"decided in {constraints.ruled_by[each]}"))
    for item in shared:
        allowed = evidence if item.kind == "source_ref" else both(evidence, one_tax_id)
        if not item.doubts and groups.join(item.pair, allowed):
            applied.append(Applied(item.pair, item.kind, item.words))
    return groups, applied


def methods_of(applied: Iterable[Applied]) -> dict[str, str]:
    """Return by what each member came in: the first that joined it with another."""
    methods: dict[str, str] = {}
    for each in applied:
        for member in each.pair:
            methods.setdefault(member, each.method)
    return methods
