"""Measures the kept model and writes ``docs/guides/vendor_resolution.md`` with its plot.

``python -m tieout.resolution.evaluate test.csv names.csv``: labelled vendors that the model never saw, and a file of
organisations' names with the organisation of each (columns ``person_name``, ``leuven_id``).
"""

import argparse
import csv
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from tieout import settings
from tieout.resolution import linkage, report
from tieout.resolution.labelled import Labelled, read, true_pairs
from tieout.resolution.linkage import Link
from tieout.resolution.measure import Measured, Score, by_mess, pairs_of, score_pairs
from tieout.resolution.proposing import Tier
from tieout.resolution.resolve import Resolution, decide
from tieout.resolution.thresholds import SCORED_FROM, load_thresholds
from tieout.resolution.vendors import Vendor, features

GUIDE = settings.CHECKOUT / "docs" / "guides" / "vendor_resolution.md"
PLOT = GUIDE.with_suffix(".svg")
MARK = "<!-- measured: written by python -m tieout.resolution.evaluate, do not edit below -->\n"


def measure(labelled: Sequence[Labelled]) -> Measured:
    """Resolve labelled vendors with the kept model and compare."""
    started = time.perf_counter()
    vendors = [each.vendor for each in labelled]
    compared = [features(vendor) for vendor in vendors]
    links = linkage.score(compared, SCORED_FROM)
    resolution = decide(vendors, compared, links)
    seconds = time.perf_counter() - started
    true = set(true_pairs(labelled))
    applied, proposed, review = _groups(resolution)
    found = proposed | review
    reviewed = Score(len(found & true), len(found), len(true))
    return Measured(
        vendors=len(labelled),
        organisations=len({each.entity for each in labelled}),
        applied=score_pairs(applied, true),
        proposed=score_pairs(proposed, true),
        reviewed=reviewed,
        merges=sum(made.tier == Tier.MERGE for made in resolution.proposals),
        reviews=sum(made.tier == Tier.REVIEW for made in resolution.proposals),
        kinds=by_mess(proposed, labelled),
        kinds_reviewed=by_mess(found, labelled),
        curve=_curve(links, true),
        seconds=seconds,
    )


def _groups(resolution: Resolution) -> tuple[set, set, set]:
    """Pairs of one applied, proposed and review cluster."""
    members = resolution.members
    return (
        pairs_of({member.vendor_id: member.cluster_id for member in members}),
        pairs_of({member.vendor_id: member.proposed_id for member in members}),
        pairs_of({member.vendor_id: member.review_id for member in members}),
    )


def _curve(links: Sequence[Link], true: set) -> list[tuple[float, Score]]:
    """Precision and recall of scored pairs at each whole weight."""
    weights = range(int(SCORED_FROM), 41)
    pairs = {weight: {(link.left, link.right) for link in links if link.weight >= weight} for weight in weights}
    return [(float(weight), score_pairs(pairs[weight], true)) for weight in weights]


def read_names(path: Path) -> list[Labelled]:
    """Read organisations' names with their labels, each spelling of an organisation once."""
    with path.open(newline="", encoding="utf-8") as file:
        rows = sorted({(row["person_name"], row["leuven_id"]) for row in csv.DictReader(file)})
    return [
        Labelled(Vendor(vendor_id=f"names:{number:05d}", name=name), entity, "names")
        for number, (name, entity) in enumerate(rows)
    ]


def main() -> None:
    """Measure both sets; write the plot, and what was measured into the guide."""
    parser = argparse.ArgumentParser(prog="python -m tieout.resolution.evaluate")
    parser.add_argument("test", type=Path)
    parser.add_argument("names", type=Path)
    chosen = parser.parse_args()
    made, names = measure(read(chosen.test)), measure(read_names(chosen.names))
    PLOT.write_text(report.plot({"made-up vendors": made.curve, "patent names": names.curve}, load_thresholds()))
    told = GUIDE.read_text().partition(MARK)[0] if GUIDE.exists() else ""
    GUIDE.write_text(told + MARK + report.text(made, names, load_thresholds()))
    sys.stdout.write(report.summary(made, names) + "\n")


if __name__ == "__main__":
    main()
