"""Runs dbt beside the pipeline: renders its documents for a stack; ``python -m launcher.dbt`` checks that it parses."""

import os
import sys
import tempfile
from pathlib import Path
from urllib.parse import urlsplit

import yaml

from launcher import processes
from launcher.errors import LaunchError
from launcher.files import write_private
from launcher.settings import CHECKOUT
from launcher.stack import Stack

SECONDS = 300


def profile(dsn: str) -> str:
    """Return a dbt profile for a ``postgresql://`` URL; the password stays in the environment."""
    parts = urlsplit(dsn)
    output = {
        "type": "postgres", "host": parts.hostname, "port": parts.port, "user": parts.username,
        "password": "{{ env_var('DBT_ENV_SECRET_PASSWORD') }}", "dbname": parts.path.lstrip("/"),
        "schema": "mart", "threads": 2,
    }  # fmt: skip
    return yaml.safe_dump({"tieout": {"target": "warehouse", "outputs": {"warehouse": output}}})


def render_documents(stack: Stack) -> None:
    """Render the site that the stack serves.

    Raises:
        LaunchError: dbt failed; the message has the end of its log.
    """
    environment = stack.environment() | {"DBT_ENV_SECRET_PASSWORD": stack.postgres.password}
    folder, log = stack.layout.home / "dbt", stack.layout.logs / "dbt-docs.log"
    write_private(folder / "profiles.yml", profile(stack.warehouse_dsn))
    command = dbt_command(folder, stack.layout.dbt_docs, "docs", "generate", "--no-compile")
    status = processes.run(command, environment, log, CHECKOUT, SECONDS)
    if status != 0:
        raise LaunchError(
            f"dbt could not render its documents. Its log ends with:\n{processes.tail(log)}\n", f"Look at {log}."
        )


def dbt_command(profiles: Path, target: Path, *arguments: str) -> list[str]:
    """Return a dbt command line on our project, with folders of its own: two dbts in one target folder spoil it."""
    folders = ["--project-dir", CHECKOUT / "dbt_project", "--profiles-dir", profiles, "--target-path", target]
    return [sys.executable, "-m", "dbt.cli.main", *arguments, *map(str, folders), "--log-path", str(profiles / "logs")]


def parse() -> int:
    """Parse the project without a database, with every warning an error; return dbt's exit status."""
    with tempfile.TemporaryDirectory(prefix="tieout-dbt-") as name:
        folder = Path(name)
        (folder / "profiles.yml").write_text(profile("postgresql://nobody@127.0.0.1:1/none"))
        command = dbt_command(folder, folder / "target", "--quiet", "--warn-error", "parse", "--no-partial-parse")
        environment = {**os.environ, "DBT_ENV_SECRET_PASSWORD": "none"}
        return processes.run(command, environment, folder / "out", CHECKOUT, SECONDS, echo=True)


if __name__ == "__main__":
    sys.exit(parse())
