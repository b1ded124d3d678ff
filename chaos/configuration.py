"""The configuration that the suite plays with: what is rare elsewhere happens each day, and nobody waits long. Pure."""

import re

import yaml

# Hours of business time; the estate's ERPs post a receipt up to a day after it came.
PROMISED_HOURS = 4


def by_file(targets: str, entity: str) -> str:
    """Return a text of targets (config/feedback/targets.yml) in which supply hears of an entity by file."""
    document = yaml.safe_load(targets)
    for name, mode in (("supply", "off"), ("supply_files", "live")):
        operation = document["targets"][name]["operations"]["receipt_discrepancy"]
        operation["entities"] = {**operation.get("entities", {}), entity: mode}
    return yaml.safe_dump(document)


def impatient(targets: str, longest_seconds: int) -> str:
    """Return a text of targets in which no message waits longer than this for its next try."""
    return re.sub(r"(?<=longest_seconds: )\d+", str(longest_seconds), targets)


def late_receipts(slas: str, entity: str) -> str:
    """Return a text of promises (config/policies/sla.csv) by which receipts of an entity are posted late each day."""
    return f"{slas.rstrip()}\nlate_receipts,receipt_posting,receipt_line,,{entity},{PROMISED_HOURS},,,\n"
