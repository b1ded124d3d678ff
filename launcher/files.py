"""Small files that only their owner may read: state, secrets, environment."""

import json
import os
from pathlib import Path
from typing import Any


def write_private(path: Path, text: str) -> None:
    """Replace a file in one step; mode 0600 from its first byte on."""
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f"{path.name}.{os.getpid()}.new")
    temporary.unlink(missing_ok=True)
    with os.fdopen(os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write(text)
    temporary.replace(path)


def write_json(path: Path, content: dict[str, Any]) -> None:
    """Replace a private JSON file in one step."""
    write_private(path, json.dumps(content, indent=2, sort_keys=True) + "\n")


def read_json(path: Path) -> dict[str, Any]:
    """Return a JSON file's content; an empty dictionary where there is none."""
    try:
        return json.loads(path.read_text())
    except FileNotFoundError:
        return {}
