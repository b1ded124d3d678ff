"""Expectations of what a vendor number resolves to."""

from tieout.quality.predicates import number
from tieout.quality.rules import Check, critical

CHECKS: tuple[Check, ...] = (
    critical(
        "match_probability_is_a_probability",
        ["match_probability"],
        fails_when=f"{number('match_probability')} not between 0 and 1",
        says="match_probability lies between 0 and 1.",
    ),
    critical(
        "who_waits_has_a_cluster",
        ["review_state", "review_cluster_id"],
        fails_when="review_state = 'waiting' and review_cluster_id is null",
        says="A vendor that waits for a person names the cluster that it waits in.",
    ),
)
