"""One run of dbt beside the whole builds, in a target folder that no other uses: two dbts in one folder spoil it.

``run_dbt`` is for variables that differ from the last run's, which make dbt parse everything again: a process and a
folder for each run. ``run_dbt_here`` is for the same run again and again: this process, and a folder that keeps what
was parsed.
"""

import fcntl
import json
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from tieout import settings
from tieout.errors import TieoutError

LAST_LINES = 40
# Neither files that nobody reads (two manifests of 2 MB), nor a line for each step of dbt's, which cost half a second.
WITHOUT_FILES = ("--no-write-json", "--log-level-file", "none")


def run_dbt(dsn: str, *arguments: str, variables: Mapping[str, Any]) -> None:
    """Run dbt on the warehouse and wait for it.

    Args:
        dsn: of the warehouse, a ``postgresql://`` URL.
        arguments: dbt's command and its flags.
        variables: values for dbt's ``--vars``.

    Raises:
        TieoutError: dbt failed; the message has the end of what it said.
    """
    with tempfile.TemporaryDirectory(prefix="tieout-dbt-") as target:
        flags = [*folders(Path(target), Path(target)), "--log-level-file", "none"]
        command = [str(Path(sys.executable).with_name("dbt")), *arguments, "--vars", json.dumps(variables), *flags]
        result = subprocess.run(
            command, env=settings.environment_with(_variables(dsn)), capture_output=True, text=True, check=False
        )
    if result.returncode != 0:
        said = "\n".join((result.stdout + result.stderr).splitlines()[-LAST_LINES:])
        raise TieoutError(f"dbt {arguments[0]} failed:\n{said}\n", "The lines above name the model or test.")


def run_dbt_here(dsn: str, arguments: Sequence[str], *, target: Path) -> tuple[bool, dict[str, Any]]:
    """Run dbt in this process, whose environment is set for the warehouse.

    Once per process: dbt spoils what it parsed while it runs it. A second one in the folder waits for the first.

    Args:
        dsn: of the warehouse, a ``postgresql://`` URL.
        arguments: dbt's command and its flags.
        target: folder that is kept from run to run.

    Returns:
        whether all nodes succeeded, and their results as ``run_results.json`` has them.

    Raises:
        TieoutError: dbt could not start.
    """
    from dbt.cli.main import dbtRunner

    target.mkdir(parents=True, exist_ok=True)
    settings.set_here(_variables(dsn))
    places = folders(target, target)
    with (target / "in_use").open("w") as mark:
        fcntl.flock(mark, fcntl.LOCK_EX)
        outcome = dbtRunner().invoke([*WITHOUT_FILES, *arguments, *places])
    if outcome.exception is not None:
        raise TieoutError(f"dbt {arguments[0]} did not run: {outcome.exception}", "See dbt's lines above.")
    return outcome.success, {"results": [_as_written(result) for result in getattr(outcome.result, "results", [])]}


def _as_written(result: Any) -> dict[str, Any]:
    return {
        "unique_id": result.node.unique_id,
        "status": result.status,
        "execution_time": result.execution_time,
        "adapter_response": result.adapter_response,
        "message": result.message,
    }


def connection_variables(dsn: str) -> dict[str, str]:
    """Return a ``postgresql://`` URL as the variables that dbt_project/profiles.yml reads."""
    url = urlsplit(dsn)
    return {
        "TIEOUT_WAREHOUSE_HOST": url.hostname or "",
        "TIEOUT_WAREHOUSE_PORT": str(url.port or 5432),
        "TIEOUT_WAREHOUSE_USER": unquote(url.username or ""),
        "TIEOUT_WAREHOUSE_PASSWORD": unquote(url.password or ""),
        "TIEOUT_WAREHOUSE_DATABASE": url.path.lstrip("/"),
    }


def folders(target: Path, logs: Path) -> list[str]:
    """Return the flags that name dbt's folders: the project with its profiles, what it writes, its log."""
    project = str(settings.dbt_project_dir())
    return ["--project-dir", project, "--profiles-dir", project, "--target-path", str(target), "--log-path", str(logs)]


def _variables(dsn: str) -> dict[str, str]:
    return connection_variables(dsn) | {"TIEOUT_WAREHOUSE_THREADS": "2", "DO_NOT_TRACK": "1"}
