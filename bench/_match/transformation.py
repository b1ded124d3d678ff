"""dbt's runs as a deployment makes them: a process each, the parsed project kept."""

import json
import os
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import psycopg

from launcher import processes
from launcher.dbt import dbt_command
from launcher.settings import CHECKOUT
from tieout.warehouse import runs
from tieout.warehouse.dbt import connection_variables

THREADS = 2
SECONDS = 3600


@dataclass(frozen=True)
class Node:
    """What one model took, in seconds."""

    name: str
    seconds: float


class Transformation:
    """Runs models on one warehouse; tests are left out."""

    def __init__(self, dsn: str, folder: Path) -> None:
        self._dsn = dsn
        self._target = folder / "target"
        self._log = folder / "dbt.log"
        self._environment = {**os.environ, **connection_variables(dsn), "TIEOUT_WAREHOUSE_THREADS": str(THREADS)}
        self._dbt("parse")

    def run(self, as_of: datetime, select: Iterable[str], *, full_refresh: bool = False) -> None:
        """Build what is selected, without tests, as one transformation known at ``as_of``."""
        with psycopg.connect(self._dsn, autocommit=True) as connection:
            run = runs.start_run(
                connection, now=as_of, dag_run_id=None, full_refresh=full_refresh, sends_feedback=False
            )
            succeeded = False
            try:
                flags = ["--full-refresh"] if full_refresh else []
                self._dbt("build", "--exclude-resource-type", "unit_test", "test", "--select", *select, *flags)
                succeeded = True
            finally:
                runs.finish_run(connection, run.run_id, succeeded, now=as_of)

    def nodes(self) -> list[Node]:
        """What each node of the last run took, the slowest first."""
        results = json.loads((self._target / "run_results.json").read_text())["results"]
        nodes = [Node(result["unique_id"].rpartition(".")[2], result["execution_time"]) for result in results]
        return sorted(nodes, key=lambda node: -node.seconds)

    def _dbt(self, command: str, *arguments: str) -> None:
        words = dbt_command(self._target, command, *arguments)
        if processes.run(words, self._environment, self._log, CHECKOUT, SECONDS) != 0:
            raise RuntimeError(f"dbt {command} failed:\n{processes.tail(self._log, 30)}")
