"""Trains the model that is kept beside this file: ``python -m tieout.resolution.train vendors.csv held_out.csv``.

How often two numbers of one vendor agree (m) comes from labelled pairs; how often two vendors agree by chance (u) from
random pairs of different vendors. The
thresholds are chosen on other vendors. How to make the input: docs/guides/vendor_resolution.md.
"""

import argparse
import json
import sys
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pyarrow

from tieout.resolution import linkage
from tieout.resolution.labelled import Labelled, read, true_pairs
from tieout.resolution.measure import Score, pairs_of, score_pairs
from tieout.resolution.resolve import decide
from tieout.resolution.thresholds import SCORED_FROM, THRESHOLDS, Thresholds
from tieout.resolution.vendors import features

RANDOM_PAIRS = 2e7
SEED = 4711
# The share of pairs that are as nothing that training saw: no level is impossible, none proves anything by itself.
UNFORESEEN_M, UNFORESEEN_U = 0.05, 1e-5
# What is asked of the thresholds. Of each kind of mess 0.995 is asked, so of all kinds together more.
PRECISION, RECALL_WITH_REVIEW = 0.998, 0.9985
UPPER, LOWER = [float(weight) for weight in range(2, 16)], [float(weight) for weight in range(2, -9, -1)]


def train(labelled: Sequence[Labelled]) -> dict[str, Any]:
    """Return Splink's settings with trained values."""
    one_each = {each.entity: features(each.vendor) for each in reversed(labelled) if each.mess in ("", "none")}
    different = list(one_each.values())
    with linkage.linker(different, different, linkage.settings()) as made:
        made[0].training.estimate_u_using_random_sampling(RANDOM_PAIRS, seed=SEED)
        by_chance = made[0].misc.save_model_to_json()
    everybody = [features(each.vendor) for each in labelled]
    with linkage.linker(everybody, everybody, by_chance) as (linker, connection):
        left, right = zip(*true_pairs(labelled), strict=True)
        connection.register("labels", pyarrow.table({"vendor_id_l": left, "vendor_id_r": right}))
        linker.training.estimate_m_from_pairwise_labels("labels")
        return _smoothed(linker.misc.save_model_to_json())


def _smoothed(model: dict[str, Any]) -> dict[str, Any]:
    for comparison in model["comparisons"]:
        levels = [level for level in comparison["comparison_levels"] if not level.get("is_null_level")]
        for kind, share in (("m_probability", UNFORESEEN_M), ("u_probability", UNFORESEEN_U)):
            for level in levels:
                level[kind] = (1 - share) * _number(level.get(kind)) + share / len(levels)
    model.pop("linker_uid", None)
    return model


def _number(value: Any) -> float:
    """A trained value; zero where Splink says in words that it saw none."""
    return float(value) if isinstance(value, (int, float)) else 0.0


def choose_thresholds(labelled: Sequence[Labelled], model: dict[str, Any]) -> Thresholds:
    """Return the lowest upper threshold that is precise enough, and the highest lower one that misses little."""
    vendors = [each.vendor for each in labelled]
    compared = [features(vendor) for vendor in vendors]
    links = linkage.score(compared, SCORED_FROM, model)
    true = set(true_pairs(labelled))

    def measured(thresholds: Thresholds) -> tuple[Score, Score]:
        members = decide(vendors, compared, links, thresholds=thresholds).members
        proposed = pairs_of({member.vendor_id: member.proposed_id for member in members})
        review = pairs_of({member.vendor_id: member.review_id for member in members})
        return score_pairs(proposed, true), score_pairs(proposed | review, true)

    upper = next(
        (weight for weight in UPPER if measured(Thresholds(weight, weight))[0].precision >= PRECISION), UPPER[-1]
    )
    lower = next(
        (weight for weight in LOWER if measured(Thresholds(upper, weight))[1].recall >= RECALL_WITH_REVIEW), LOWER[-1]
    )
    return Thresholds(upper, lower)


def main() -> None:
    """Train, choose thresholds, write both beside this file."""
    parser = argparse.ArgumentParser(prog="python -m tieout.resolution.train")
    parser.add_argument("vendors", type=Path, help="labelled vendors to train on")
    parser.add_argument("held_out", type=Path, help="other labelled vendors, to choose the thresholds on")
    chosen = parser.parse_args()
    labelled = read(chosen.vendors)
    model = train(labelled)
    thresholds = choose_thresholds(read(chosen.held_out), model)
    linkage.MODEL.write_text(json.dumps(model, indent=1) + "\n")
    THRESHOLDS.write_text(json.dumps(asdict(thresholds), indent=1) + "\n")
    sys.stdout.write(
        f"{len(labelled):,} vendor numbers; a merge is proposed from {thresholds.upper:+.0f} on,"
        f" review from {thresholds.lower:+.0f} on\n"
    )


if __name__ == "__main__":
    main()
