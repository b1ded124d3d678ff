"""Tasks refuse to run on a wrong configuration (docs/adr/0011-tasks-refuse-a-wrong-configuration.md)."""

import hashlib
import os
from pathlib import Path

from airflow.sdk import Context

from tieout import settings
from tieout.operators.connections import warehouse_dsn

PACKAGE = Path(__file__).resolve().parents[1]


def refuse_invalid_configuration(context: Context) -> None:
    """Before each task: refuse to run while anything in ``config/`` is wrong, or an entity with documents is gone.

    A configuration that was found right is not read again until a file of it, or of this package, changes.

    Raises:
        ConfigurationError: the task fails at once, without retries; the message names each file, line and field.
    """
    directory = settings.config_dir()
    found_right = settings.home() / "configuration_found_right"
    state = _state(directory)
    if not (found_right.exists() and found_right.read_text() == state):
        _check(directory)
        _remember(found_right, state)
    _refuse_departures(directory)


def _check(directory: Path) -> None:
    from tieout.configuration.inspection import inspect_all
    from tieout.landing.problems import refuse

    refuse(inspect_all(directory)[1])


def _refuse_departures(directory: Path) -> None:
    from tieout.landing.departures import departures
    from tieout.landing.problems import refuse
    from tieout.warehouse.connection import connect

    names = {path.stem for path in (directory / "entities").glob("*.yml")}
    with connect(warehouse_dsn()) as connection:
        refuse([*departures(connection, directory, names)])


def _state(directory: Path) -> str:
    """Return a hash of what the configuration's files say and of when this package's files were written."""
    digest = hashlib.sha256()
    for path in sorted(path for path in directory.rglob("*") if path.is_file()):
        digest.update(f"{path.relative_to(directory)}\n".encode() + path.read_bytes())
    for path in sorted(PACKAGE.rglob("*.py")):
        digest.update(f"{path.name}{path.stat().st_mtime_ns}".encode())
    return digest.hexdigest()


def _remember(path: Path, state: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f"{path.name}.{os.getpid()}")
    draft.write_text(state)
    draft.replace(path)
