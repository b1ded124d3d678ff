"""Lets a file appear in a system's folder."""

import os
from pathlib import Path

from sandbox.scenario.model import FileDrop

TAKEN = ("done", "reject")


def drop(root: Path, file: FileDrop) -> None:
    """Let a file appear whole, with its simulated time, beside folders for taken files."""
    target = root / file.path
    for folder in (target.parent, *(target.parent / name for name in TAKEN)):
        folder.mkdir(parents=True, exist_ok=True)
    temporary = target.with_name(f".{target.name}.part")
    temporary.write_bytes(file.content)
    os.utime(temporary, (file.at.timestamp(), file.at.timestamp()))
    temporary.replace(target)
