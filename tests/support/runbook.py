"""A runbook as something to be followed: its sections, and the queries and commands in each."""

import re
import textwrap
from pathlib import Path

_FENCE = re.compile(r"^(?P<indent> *)```(?P<language>\w+)\n(?P<text>.*?)^(?P=indent)```$", re.MULTILINE | re.DOTALL)

_COMMENT = re.compile(r"^ *--.*$", re.MULTILINE)


class Runbook:
    """A page of docs/runbooks with sections of second level.

    Args:
        page: the file.
        system: what ``<system>`` in it stands for.
    """

    def __init__(self, page: Path, system: str = "") -> None:
        self._text = page.read_text().replace("<system>", system)
        parts = re.split(r"^## (.+)$", self._text, flags=re.MULTILINE)
        self._sections = dict(zip(parts[1::2], parts[2::2], strict=True))

    def queries(self, section: str | None = None) -> list[str]:
        """Return the queries of a section, or of the whole page, one by one."""
        text = self._text if section is None else self._sections[section]
        blocks = [_COMMENT.sub("", block) for block in _blocks(text, "sql")]
        return [query for block in blocks for query in block.split(";") if query.strip()]

    def commands(self, section: str) -> list[str]:
        """Return the commands of a section."""
        return [line for block in _blocks(self._sections[section], "bash") for line in block.strip().splitlines()]


def _blocks(text: str, language: str) -> list[str]:
    return [textwrap.dedent(fence["text"]) for fence in _FENCE.finditer(text) if fence["language"] == language]
