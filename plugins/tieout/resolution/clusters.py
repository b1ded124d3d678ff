"""Groups that grow edge by edge, never across what keeps them apart, and keep their names from run to run."""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping

from tieout.resolution.decisions import Pair, pair

Rule = Callable[[list[str], list[str]], bool]


class Groups:
    """A partition of members into groups. ``root`` of a member names its group while it grows."""

    def __init__(self, members: Iterable[str]) -> None:
        self._root = {member: member for member in members}
        self._members = {member: [member] for member in self._root}

    def root(self, member: str) -> str:
        """Return the present name of a member's group."""
        return self._root[member]

    def members(self, member: str) -> list[str]:
        """Return the members of a member's group."""
        return self._members[self._root[member]]

    def join(self, tie: Pair, allowed: Rule) -> bool:
        """Make one group of two members' groups if that is allowed; return whether they are one group now."""
        one, other = self._root[tie[0]], self._root[tie[1]]
        if one == other:
            return True
        if not allowed(self._members[one], self._members[other]):
            return False
        kept, gone = (one, other) if len(self._members[one]) >= len(self._members[other]) else (other, one)
        for member in self._members[gone]:
            self._root[member] = kept
        self._members[kept] += self._members.pop(gone)
        return True

    def all(self) -> list[list[str]]:
        """Return all groups, members in order, groups by their first member."""
        return sorted(sorted(group) for group in self._members.values())


def names(groups: Iterable[list[str]], earlier: Mapping[str, str]) -> dict[str, str]:
    """Return a name for each member's group that is the same from run to run.

    A group keeps the earlier name that most of its members had; where two groups had the same, the one with more such
    members, then the one that has the member of that name, then the one with the first member. A new group is named
    for its first member whose id is not a name yet.
    """
    ordered = list(groups)
    claims = [
        (-count, name not in group, group[0], name, index)
        for index, group in enumerate(ordered)
        for name, count in Counter(earlier[member] for member in group if member in earlier).items()
    ]
    chosen: dict[int, str] = {}
    taken: set[str] = set()
    for *_order, name, index in sorted(claims):
        if index not in chosen and name not in taken:
            chosen[index] = name
            taken.add(name)
    result: dict[str, str] = {}
    for index, group in enumerate(ordered):
        name = chosen.get(index) or next((member for member in group if member not in taken), f"{group[0]}+")
        taken.add(name)
        result |= dict.fromkeys(group, name)
    return result


def half_linked(linked: set[Pair]) -> Rule:
    """Return a rule: two groups may join where at least half of the pairs between them are linked.

    So a chain does not pull its ends together: of A–B and B–C, where A and C have nothing in common, one joins; with a
    fourth in the row, no more.
    """
    neighbours: dict[str, set[str]] = defaultdict(set)
    for one, other in linked:
        neighbours[one].add(other)
        neighbours[other].add(one)

    def allowed(left: list[str], right: list[str]) -> bool:
        count = sum(len(neighbours[member].intersection(right)) for member in left)
        return 2 * count >= len(left) * len(right)

    return allowed


def both(one: Rule, other: Rule) -> Rule:
    """Return a rule: two groups may join where both rules allow it."""
    return lambda left, right: one(left, right) and other(left, right)


def unforbidden(pairs: frozenset[Pair]) -> Rule:
    """Return a rule: two groups may join where no pair across them is among these."""
    if not pairs:
        return lambda left, right: True
    named = {member for each in pairs for member in each}

    def allowed(left: list[str], right: list[str]) -> bool:
        ours, theirs = named.intersection(left), named.intersection(right)
        return not any(pair(one, other) in pairs for one in ours for other in theirs)

    return allowed
