"""Which faults hit which day, in a random order that its seed repeats. Pure."""

import random
from collections.abc import Sequence


def deal(names: Sequence[str], days: int, seed: int) -> list[list[str]]:
    """Return the faults of each day: shuffled, then dealt like cards, so that every day has its share.

    Raises:
        ValueError: there is no day to deal to.
    """
    if days < 1:
        raise ValueError("Faults need at least one day to happen on.")
    shuffled = list(names)
    random.Random(seed).shuffle(shuffled)
    return [shuffled[day::days] for day in range(days)]
