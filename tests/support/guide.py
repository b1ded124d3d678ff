"""A guide as something to be followed: its fenced blocks, in their order, and the commands in them."""

import json
import re
import shlex
from dataclasses import dataclass
from pathlib import Path
from typing import Any

_BLOCK = re.compile(r"^```(?P<language>\w+)(?: (?P<file>\S+))?\n(?P<text>.*?)^```$", re.MULTILINE | re.DOTALL)


@dataclass(frozen=True)
class Block:
    """A fenced block: its language, the file that it names, its text."""

    language: str
    file: str
    text: str

    @property
    def commands(self) -> list[str]:
        """Its lines, each a command of the shell."""
        return self.text.strip().splitlines()


def blocks(page: Path) -> list[Block]:
    """Return the fenced blocks of a page of Markdown in their order."""
    return [Block(m["language"], m["file"] or "", m["text"]) for m in _BLOCK.finditer(page.read_text())]


def airflow_arguments(command: str) -> list[str]:
    """Return what ``make airflow args="…"`` hands to Airflow."""
    made = dict(part.split("=", 1) for part in shlex.split(command) if part.startswith("args="))
    return shlex.split(made["args"])


def option(arguments: list[str], name: str) -> Any:
    """Return the value of an option that is JSON."""
    return json.loads(arguments[arguments.index(name) + 1])
