"""A runbook as something to be followed: its sections, and the queries and commands in each."""

import re
import textwrap
from pathlib import Path

_FENCE = re.compile(r"^(?P<indent> *)```(?P<language>\w+)\n(?P<text>.*?)^(?P=indent)```$", re.MULTILINE | re.DOTALL)


class Runbook:
    """A page of docs/runbooks with sections of second level.

    Args:
        page: the file.
        system: what ``<system>`` in it stands for.
    """

    def __init__(self, page: Path, system: str = "") -> None:
        parts = re.split(r"^## (.+)$", page.read_text().replace("<system>", system), flags=re.MULTILINE)
        self._sections = dict(zip(parts[1::2], parts[2::2], strict=True))

    def queries(self, section: str) -> list[str]:
        """Return the queries of a section, one by one."""
        return [query for block in self._blocks(section, "sql") for query in block.split(";") if query.strip()]

    def commands(self, section: str) -> list[str]:
        """Return the commands of a section."""
        return [line for block in self._blocks(section, "bash") for line in block.strip().splitlines()]

    def _blocks(self, section: str, language: str) -> list[str]:
        found = _FENCE.finditer(self._sections[section])
        return [textwrap.dedent(fence["text"]) for fence in found if fence["language"] == language]
