"""Runs one Airflow component, with the libraries that its tasks need imported first.

``python -m launcher.component scheduler``: LocalExecutor's workers and their tasks are forked from the scheduler and
share what it has imported. Importing Great Expectations takes about 7 s and dbt about 2 s: paid once, not in each task.
Used by the embedded stack and by compose alike.
"""

import importlib
import os
import sys

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
WITH_TASKS = ("scheduler",)


def main(arguments: list[str]) -> None:
    """Import what is heavy where tasks are forked from this process, then become the Airflow command."""
    from airflow.__main__ import main as airflow

    if arguments and arguments[0] in WITH_TASKS and os.environ.get("TIEOUT_PRELOAD", "on") == "on":
        for module in HEAVY:
            importlib.import_module(module)
    sys.argv = ["airflow", *arguments]
    airflow()


if __name__ == "__main__":
    main(sys.argv[1:])
