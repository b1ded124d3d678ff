"""Airflow's pools: one per source system and feedback target, as wide as it bears, and one slot for writers."""

from dataclasses import dataclass
from pathlib import Path

import yaml

DEFAULT_SLOTS = 2


@dataclass(frozen=True)
class Pool:
    """A pool of Airflow."""

    name: str
    slots: int
    description: str


def pools(config: Path) -> list[Pool]:
    """Return the pools that a configuration asks for.

    Each ``config/sources/<system>.yml`` gives one; its key ``slots`` says how many tasks may talk to it at once.
    Targets of feedback that are no sources have one slot each.
    """
    found = {
        "writers": Pool("writers", 1, "one writer of the warehouse at a time"),
        "files": Pool("files", DEFAULT_SLOTS, "folders and our own configuration"),
    }
    for path in sorted((config / "sources").glob("*.yml")):
        slots = (yaml.safe_load(path.read_text()) or {}).get("slots", DEFAULT_SLOTS)
        found[path.stem] = Pool(path.stem, slots, f"tasks that talk to {path.stem} at once")
    for path in sorted((config / "feedback").glob("*.yml")):
        for target in (yaml.safe_load(path.read_text()) or {}).get("targets", {}):
            found.setdefault(target, Pool(target, 1, f"deliveries to {target} at once"))
    return list(found.values())
