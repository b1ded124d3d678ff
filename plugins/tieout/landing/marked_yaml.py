"""YAML with the line of every value, and without its surprises.

``NO``, ``on`` and dates stay texts; only ``true``, ``false``, ``null`` and whole numbers without leading zeros are
something else. A key written twice is an error.
"""

import re
from dataclasses import dataclass, field
from typing import Any

import yaml

from tieout.errors import ConfigurationError

Path = tuple[str | int, ...]
_WHOLE = re.compile(r"-?(?:0|[1-9][0-9]*)")
_CONSTANTS: dict[str, Any] = {"true": True, "false": False, "null": None, "~": None, "": None}


@dataclass
class Marked:
    """A document and where its values are.

    Attributes:
        value: the document.
        lines: line of each value, from 1, by its path.
        texts: what is written, for scalars.
    """

    value: Any
    lines: dict[Path, int] = field(default_factory=dict)
    texts: dict[Path, str] = field(default_factory=dict)

    def line(self, path: Path) -> int:
        """Return the line of a value, or of the nearest thing around it."""
        while path and path not in self.lines:
            path = path[:-1]
        return self.lines.get(path, 1)


def load(text: str, name: str) -> Marked:
    """Read a document.

    Args:
        text: YAML.
        name: of the file, for messages.

    Raises:
        ConfigurationError: not YAML, or a key is written twice; the message names file and line.
    """
    try:
        node = yaml.compose(text, Loader=yaml.SafeLoader)
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        raise ConfigurationError(
            f"{name}:{line}: not YAML: {error.problem}.", "Check indentation and quotes."
        ) from error
    except yaml.YAMLError as error:
        raise ConfigurationError(f"{name}: not YAML: {error}.", "Check the file's encoding.") from error
    marked = Marked(None)
    marked.value = _value(node, (), marked, name) if node else None
    return marked


def _value(node: yaml.Node, path: Path, marked: Marked, name: str) -> Any:
    marked.lines[path] = node.start_mark.line + 1
    if isinstance(node, yaml.MappingNode):
        return _mapping(node, path, marked, name)
    if isinstance(node, yaml.SequenceNode):
        return [_value(element, (*path, index), marked, name) for index, element in enumerate(node.value)]
    marked.texts[path] = node.value
    if isinstance(node, yaml.ScalarNode) and node.style is not None:  # quoted: a text
        return node.value
    if _WHOLE.fullmatch(node.value):
        return int(node.value)
    return _CONSTANTS.get(node.value, node.value)


def _mapping(node: yaml.MappingNode, path: Path, marked: Marked, name: str) -> dict[str, Any]:
    result: dict[str, Any] = {}
    for key_node, value_node in node.value:
        key = key_node.value
        line = key_node.start_mark.line + 1
        if not isinstance(key, str):
            raise ConfigurationError(f"{name}:{line}: a key is not a text.", "Write one word.")
        if key in result:
            raise ConfigurationError(f"{name}:{line}: {key!r} is written twice.", "Keep one.")
        result[key] = _value(value_node, (*path, key), marked, name)
        # Where a key has a problem, its own line is the one to look at, not that of the block below it.
        marked.lines[(*path, key)] = line
    return result
