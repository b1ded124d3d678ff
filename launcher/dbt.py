"""Runs dbt beside the pipeline: renders its documents for a stack; ``python -m launcher.dbt`` checks that it parses."""

import os
import sys
import tempfile
from pathlib import Path

from launcher import processes
from launcher.errors import LaunchError
from launcher.settings import CHECKOUT
from launcher.stack import Stack
from tieout.warehouse.dbt import connection_variables, folders

SECONDS = 300


def render_documents(stack: Stack) -> None:
    """Render the site that the stack serves.

    Raises:
        LaunchError: dbt failed; the message has the end of its log.
    """
    environment = stack.environment() | connection_variables(stack.warehouse_dsn)
    log = stack.layout.logs / "dbt-docs.log"
    command = dbt_command(stack.layout.dbt_docs, "docs", "generate")
    status = processes.run(command, environment, log, CHECKOUT, SECONDS)
    if status != 0:
        raise LaunchError(
            f"dbt could not render its documents. Its log ends with:\n{processes.tail(log)}\n", f"Look at {log}."
        )


def dbt_command(target: Path, *arguments: str) -> list[str]:
    """Return a dbt command line on our project with a target folder of its own: two dbts in one folder spoil it."""
    return [str(Path(sys.executable).with_name("dbt")), *arguments, *folders(target, target / "logs")]


def parse() -> int:
    """Parse the project without a database, with every warning an error; return dbt's exit status."""
    with tempfile.TemporaryDirectory(prefix="tieout-dbt-") as folder:
        command = dbt_command(Path(folder), "--quiet", "--warn-error", "parse", "--no-partial-parse")
        return processes.run(command, os.environ, Path(folder) / "out", CHECKOUT, SECONDS, echo=True)


if __name__ == "__main__":
    sys.exit(parse())
