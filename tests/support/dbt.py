"""dbt in the tests' own process, with everything done once that does not depend on what a test landed."""

import os
import shutil
import tempfile
from collections.abc import Collection
from contextlib import redirect_stdout
from functools import lru_cache
from io import StringIO
from pathlib import Path
from typing import Any, ClassVar

from dbt import compilation
from dbt.cli.main import dbtRunner
from dbt.contracts.graph.nodes import InjectedCTE

from tieout.warehouse.dbt import connection_variables, folders

# A fifth of a small build goes to dbt's log of debugging and to files that nobody reads here.
QUIET = ["--log-level", "warn", "--log-level-file", "none", "--no-write-json"]
IDLE = "idle"
_put_before = compilation.inject_ctes_into_sql


class Dbt:
    """dbt, with the project parsed once for all databases; what it says is shown only when it fails.

    Args:
        dsn: of the database.
        target: dbt's folder; one of its own where none is given.
        threads: models that are built at once.
    """

    _parsed: ClassVar[Any] = None  # the manifest

    def __init__(self, dsn: str, target: Path | None = None, threads: int = 4) -> None:
        self.target = target or Path(tempfile.mkdtemp(prefix="tieout-dbt-"))
        own = {"TIEOUT_WAREHOUSE_THREADS": str(threads), "DO_NOT_TRACK": "1"}
        self.environment = connection_variables(dsn) | own

    def __call__(self, *arguments: str, idle: Collection[str] = ()) -> None:
        """Run dbt with the parsed project; leave out the models that are named as idle, with their data tests."""
        manifest = self._manifest()
        for node in manifest.nodes.values():
            node.tags = [IDLE] if node.name in idle else []
        without = ["--exclude", f"tag:{IDLE}"] if idle else []
        self._invoke(dbtRunner(manifest=manifest), [*arguments, *without])

    def parsed_again(self, *arguments: str) -> None:
        """Run dbt where variables differ from those that the project was parsed with."""
        self._invoke(dbtRunner(), list(arguments))

    def staged(self) -> dict[str, str]:
        """Return the object that a model stages, by the model's name."""
        nodes = [node for node in self._manifest().nodes.values() if node.path.startswith("staging/objects/")]
        return {node.name: node.config.meta["touched_kind"] for node in nodes}

    def seeds(self) -> set[str]:
        """Return the names of the seeds."""
        return {node.name for node in self._manifest().nodes.values() if node.resource_type == "seed"}

    def close(self) -> None:
        """Remove dbt's folder."""
        shutil.rmtree(self.target, ignore_errors=True)

    def _manifest(self) -> Any:
        """Return the manifest as it was parsed, with this database's name wherever it names one."""
        if Dbt._parsed is None:
            Dbt._parsed = self._invoke(dbtRunner(), ["parse"])
        nodes = Dbt._parsed.nodes.values()
        for node in nodes:
            if node.resource_type != "seed":  # a node that was compiled would not get its CTEs again
                node.extra_ctes_injected, node.extra_ctes = False, []
        database = self.environment["TIEOUT_WAREHOUSE_DATABASE"]
        if any(node.database != database for node in nodes):
            for node in (*nodes, *Dbt._parsed.sources.values()):
                node.database = database
                if node.relation_name:
                    node.relation_name = ".".join([f'"{database}"', *node.relation_name.split(".")[1:]])
            Dbt._parsed.build_flat_graph()
        return Dbt._parsed

    def _invoke(self, runner: dbtRunner, arguments: list[str]) -> Any:
        said = StringIO()
        os.environ.update(self.environment)  # another warehouse may have been built in this process meanwhile
        with redirect_stdout(said):
            result = runner.invoke([*arguments, *folders(self.target, self.target), *QUIET])
        if not result.success:
            raise AssertionError(f"dbt {' '.join(arguments)} failed: {result.exception}\n{said.getvalue()}")
        return result.result


@lru_cache(maxsize=1024)
def _put_before_once(sql: str, *ctes: tuple[str, str]) -> str:
    return _put_before(sql, [InjectedCTE(name, text) for name, text in ctes])


# To put ephemeral models before a model dbt parses the model's SQL, a quarter of a build: the same texts each time.
compilation.inject_ctes_into_sql = lambda sql, ctes: _put_before_once(sql, *((cte.id, cte.sql) for cte in ctes))
