"""One run of dbt beside the transformations: in a process and a target folder of its own.

Variables that differ from the last run's make dbt parse everything again, and two dbts in one folder spoil it; so
neither the project's target folder nor this process is used.
"""

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from tieout import settings
from tieout.errors import TieoutError

LAST_LINES = 40


def run_dbt(dsn: str, *arguments: str, variables: Mapping[str, Any]) -> None:
    """Run dbt on the warehouse and wait for it.

    Args:
        dsn: of the warehouse, a ``postgresql://`` URL.
        arguments: dbt's command and its flags.
        variables: values for dbt's ``--vars``.

    Raises:
        TieoutError: dbt failed; the message has the end of what it said.
    """
    project = str(settings.dbt_project_dir())
    with tempfile.TemporaryDirectory(prefix="tieout-dbt-") as target:
        folders = ["--project-dir", project, "--profiles-dir", project, "--target-path", target, "--log-path", target]
        folders += ["--log-level-file", "none"]
        command = [str(Path(sys.executable).with_name("dbt")), *arguments, "--vars", json.dumps(variables), *folders]
        result = subprocess.run(command, env=_environment(dsn), capture_output=True, text=True, check=False)
    if result.returncode != 0:
        said = "\n".join((result.stdout + result.stderr).splitlines()[-LAST_LINES:])
        raise TieoutError(f"dbt {arguments[0]} failed:\n{said}\n", "The lines above name the model or test.")


def _environment(dsn: str) -> dict[str, str]:
    """Return this process's environment with the warehouse as dbt_project/profiles.yml reads it."""
    url = urlsplit(dsn)
    return os.environ | {
        "TIEOUT_WAREHOUSE_HOST": url.hostname or "",
        "TIEOUT_WAREHOUSE_PORT": str(url.port or 5432),
        "TIEOUT_WAREHOUSE_USER": unquote(url.username or ""),
        "TIEOUT_WAREHOUSE_PASSWORD": unquote(url.password or ""),
        "TIEOUT_WAREHOUSE_DATABASE": url.path.lstrip("/"),
        "TIEOUT_WAREHOUSE_THREADS": "2",
        "DO_NOT_TRACK": "1",
    }
