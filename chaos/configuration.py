"""Who is told of discrepancies by file: so that faults meet files that are written, too. Pure."""

import yaml


def by_file(targets: str, entity: str) -> str:
    """Return a text of targets (config/feedback/targets.yml) in which supply hears of an entity by file."""
    document = yaml.safe_load(targets)
    for name, mode in (("supply", "off"), ("supply_files", "live")):
        operation = document["targets"][name]["operations"]["receipt_discrepancy"]
        operation["entities"] = {**operation.get("entities", {}), entity: mode}
    return yaml.safe_dump(document)
