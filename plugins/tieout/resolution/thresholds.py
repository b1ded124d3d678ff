"""Weights from which on something is said of a pair: chosen with the model, or given."""

import json
from dataclasses import dataclass
from pathlib import Path

THRESHOLDS = Path(__file__).with_name("thresholds.json")
# From this weight down a pair is known to differ, so that no chain brings it together; links are scored down to it.
UNLIKE, SCORED_FROM = -8.0, -16.0


@dataclass(frozen=True)
class Thresholds:
    """Weights (log2 of the odds): from ``upper`` on a merge is proposed, from ``lower`` on review."""

    upper: float
    lower: float


def load_thresholds(path: Path = THRESHOLDS) -> Thresholds:
    """Return the thresholds that were chosen with the model."""
    chosen = json.loads(path.read_text())
    return Thresholds(chosen["upper"], chosen["lower"])
