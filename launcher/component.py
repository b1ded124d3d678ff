"""Runs one Airflow component, with the libraries that its tasks need imported first.

``python -m launcher.component scheduler``: LocalExecutor's workers and their tasks are forked from the scheduler and
share what it has imported. Importing Great Expectations takes about 7 s and dbt about 2 s: paid once, not in each task.
A Celery worker forks its tasks in the same way.
Used by the embedded stack and by docker-compose.yml alike.
"""

import importlib
import json
import os
import sys
from collections.abc import Mapping
from pathlib import Path

from launcher import guard
from launcher.errors import LaunchError
from launcher.files import read_json

# Measured: what a task of ours imports. No DAG imports these while it is parsed.
HEAVY = (
    "airflow.sdk.execution_time.task_runner",
    "airflow.providers.postgres.hooks.postgres",
    "airflow.providers.sftp.hooks.sftp",
    "airflow.providers.http.hooks.http",
    "great_expectations",
    "great_expectations.expectations.expectation",
    "cosmos.operators.local",
    "dbt.cli.main",
    "dbt.adapters.postgres",
)
WITH_TASKS = ("scheduler", "celery")
ESTATE_STATE = "TIEOUT_ESTATE_STATE"


def estate_connections(environment: Mapping[str, str]) -> dict[str, str]:
    """Return the sandbox estate's connections as variables; none where ``TIEOUT_ESTATE_STATE`` names no state file.

    The embedded stack hands them over itself; services of compose start beside the estate and read its file.
    """
    path = environment.get(ESTATE_STATE)
    connections = read_json(Path(path)).get("connections", {}) if path else {}
    return {f"AIRFLOW_CONN_{name.upper()}": json.dumps(value) for name, value in connections.items()}


def main(arguments: list[str]) -> None:
    """Import what is heavy where tasks are forked from this process, then become the Airflow command."""
    guard.check(os.environ)
    os.environ.update(estate_connections(os.environ))
    from airflow.__main__ import main as airflow

    if arguments and arguments[0] in WITH_TASKS:
        for module in HEAVY:
            importlib.import_module(module)
    sys.argv = ["airflow", *arguments]
    airflow()


if __name__ == "__main__":
    try:
        main(sys.argv[1:])
    except LaunchError as error:
        sys.exit(str(error))
