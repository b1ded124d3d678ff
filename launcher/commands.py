"""What the processes of a stack are started with: commands, and the environments of those that are not Airflow's."""

import sys
from collections.abc import Mapping

from launcher.layout import Layout
from launcher.processes import MARK
from launcher.settings import CHECKOUT, inherited

COMPONENTS = ("api-server", "scheduler", "dag-processor", "triggerer")
SITES = ("data_docs", "dbt_docs", "steward_report")
AIRFLOW_MIGRATION = [sys.executable, "-m", "launcher.component", "db", "migrate"]
WAREHOUSE_MIGRATION = [sys.executable, "-m", "launcher.migrate"]


def long_running(layout: Layout, ports: Mapping[str, int]) -> dict[str, list[str]]:
    """Return the command of each long-running process, by its name."""
    sites = [f"{name}={getattr(layout, name)}" for name in SITES]
    return {
        "estate": [sys.executable, "-m", "sandbox", "serve", "--config", str(layout.estate_config)],
        **{name: [sys.executable, "-m", "launcher.component", name] for name in COMPONENTS},
        "docs": [sys.executable, "-m", "launcher.docs_server", "--port", str(ports["docs"]), *sites],
    }


def estate_environment(mark: str) -> dict[str, str]:
    """Return the environment of the sandbox estate, which knows nothing of the pipeline."""
    return {**inherited(), "PYTHONPATH": str(CHECKOUT), MARK: mark}


def migration_environment(layout: Layout, mark: str, warehouse_dsn: str) -> dict[str, str]:
    """Return the environment in which the warehouse is migrated: it uses the pipeline's package."""
    return {
        **inherited(), "PYTHONPATH": f"{CHECKOUT / 'plugins'}:{CHECKOUT}", MARK: mark,
        "TIEOUT_HOME": str(layout.home), "TIEOUT_CONFIG": str(layout.config), "TIEOUT_WAREHOUSE": warehouse_dsn,
    }  # fmt: skip
