"""Rooms know those before them only: what is read from the imports of every file.

A room is a folder of the package, or a module beside the folders. They stand in the order in which data passes through
them, below all what everybody may use. A program (``__main__``) belongs to no room: it opens whichever it needs, and
nobody imports it.
"""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tieout import settings

PACKAGE = settings.CHECKOUT / "plugins" / "tieout"
ROOMS: dict[str, set[str]] = {
    "codes": set(),
    "errors": set(),
    "settings": set(),
    "bank_accounts": set(),
    "people": set(),
    "operations": set(),
    "http": {"errors"},
    "formats": {"errors"},
    "sources": {"errors", "settings", "http", "formats"},
    "archive": {"errors"},
    "audit": {"errors", "operations", "archive"},
    "warehouse": {"errors", "settings", "audit"},
    "landing": {
        "codes", "errors", "settings", "bank_accounts", "operations", "http", "formats", "sources", "archive", "audit",
        "warehouse",
    },
    "quality": {"errors", "settings", "operations", "audit", "warehouse"},
    "resolution": {"errors", "settings", "audit", "warehouse", "quality"},
    "screening": {"errors", "people", "warehouse", "landing", "quality", "resolution"},
    "what_if": {"errors", "warehouse", "landing"},
    "payments": {"errors", "bank_accounts", "people", "formats", "sources", "archive", "audit", "warehouse", "quality"},
    "events": {"errors", "settings", "operations", "formats", "archive", "warehouse", "landing"},
    "feedback": {"errors", "settings", "operations", "http", "sources", "archive", "audit", "warehouse", "events"},
    "stewardship": {"errors", "people", "warehouse", "quality", "resolution"},
    "alerts": {"codes", "errors", "operations", "warehouse", "landing", "screening", "payments"},
    "configuration": {"errors", "settings", "warehouse", "landing", "screening", "feedback", "alerts"},
    "operators": {
        "errors", "settings", "people", "sources", "archive", "audit", "warehouse", "landing", "quality", "resolution",
        "screening", "what_if", "payments", "events", "feedback", "stewardship", "alerts", "configuration",
    },
}  # fmt: skip
"""Whom a room may import."""
BESIDE = {"expectations": {"tieout"}, "sandbox": set(), "launcher": {"tieout"}, "dags": {"tieout"}, "plugins": set()}
"""Which of the other packages a package may import."""
OUTSIDE = re.compile(
    r"\bos\.(environ|getenv)\b|\bdatetime\.(now|utcnow|today)\(|\bdate\.today\(|\btime\.time\("
    r"|^from (os|time) import",
    re.MULTILINE,
)


@pytest.mark.parametrize("room", ROOMS)
def test_a_room_imports_only_those_that_the_table_names(room):
    wrong = {
        f"{file.relative_to(PACKAGE)} imports {name}"
        for file, name in _imports(*_files(room))
        if name.startswith("tieout.") and name.split(".")[1] not in ROOMS[room] | {room}
    }
    assert not wrong


@pytest.mark.parametrize("room", ROOMS)
def test_the_table_lets_a_room_import_only_rooms_before_it(room):
    before = list(ROOMS)[: list(ROOMS).index(room)]
    assert ROOMS[room] <= {*before}


def test_every_room_is_in_the_table():
    found = {path.stem for path in PACKAGE.iterdir() if path.suffix == ".py" or (path / "__init__.py").exists()}
    assert found - {"__init__"} == {*ROOMS}


def test_nobody_imports_a_program():
    assert not {f"{file} imports {name}" for file, name in _imports(*PACKAGE.rglob("*.py")) if "__main__" in name}


def test_only_operators_know_airflow():
    rooms = [file for file in PACKAGE.rglob("*.py") if "operators" not in file.relative_to(PACKAGE).parts]
    assert not {f"{file} imports {name}" for file, name in _imports(*rooms) if name.split(".")[0] == "airflow"}


def test_only_settings_reads_environment_and_clock():
    rooms = [file for file in PACKAGE.rglob("*.py") if file != PACKAGE / "settings.py"]
    assert not [str(file.relative_to(PACKAGE)) for file in rooms if OUTSIDE.search(file.read_text())]


@pytest.mark.parametrize("package", BESIDE)
def test_packages_beside_the_rooms_import_only_what_they_may(package):
    others = ({*BESIDE, "tieout", "tests", "bench", "chaos"} - {package}) - BESIDE[package]
    if package == "plugins":
        others -= {"tieout"}
    files = (settings.CHECKOUT / package).rglob("*.py")
    assert not {f"{file} imports {name}" for file, name in _imports(*files) if name.split(".")[0] in others}


def _files(room: str) -> list[Path]:
    found = [PACKAGE / f"{room}.py", *(PACKAGE / room).rglob("*.py")]
    return [file for file in found if file.exists() and file.stem != "__main__"]


def _imports(*files: Path) -> Iterator[tuple[Path, str]]:
    """Yield every name that files import, wherever in them: ``tieout.errors.TieoutError``."""
    for file in files:
        for node in ast.walk(ast.parse(file.read_text())):
            if isinstance(node, ast.Import):
                yield from ((file, alias.name) for alias in node.names)
            elif isinstance(node, ast.ImportFrom):
                assert not node.level, f"{file} imports from where it is: write the whole name"
                yield from ((file, f"{node.module}.{alias.name}") for alias in node.names)
