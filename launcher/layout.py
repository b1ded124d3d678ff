"""The folders and files of one stack, all below its home, but for a database that must live elsewhere."""

import hashlib
import os
import stat
from dataclasses import dataclass
from pathlib import Path

from launcher.settings import CHECKOUT

PUBLIC_STATE = Path("/var/lib/tieout")


@dataclass(frozen=True)
class Layout:
    """Where a stack keeps what it writes, and where it reads its DAGs and configuration from."""

    home: Path
    dags: Path = CHECKOUT / "dags"
    plugins: Path = CHECKOUT / "plugins"
    config: Path = CHECKOUT / "config"

    @property
    def state_file(self) -> Path:
        """What runs: processes, ports, addresses."""
        return self.home / "state.json"

    @property
    def ports_file(self) -> Path:
        """The ports of the last start."""
        return self.home / "ports.json"

    @property
    def secrets_file(self) -> Path:
        """Passwords and keys."""
        return self.home / "secrets.json"

    @property
    def environment_file(self) -> Path:
        """The environment of every Airflow component, as lines that a shell can read."""
        return self.home / "airflow.env"

    @property
    def logs(self) -> Path:
        """Output of every process that the launcher starts."""
        return self.home / "logs"

    @property
    def airflow(self) -> Path:
        """AIRFLOW_HOME."""
        return self.home / "airflow"

    @property
    def task_logs(self) -> Path:
        """Logs of tasks, one folder for each DAG."""
        return self.airflow / "logs"

    @property
    def data_docs(self) -> Path:
        """The site that Great Expectations renders."""
        return self.home / "data_docs"

    @property
    def steward_report(self) -> Path:
        """The steward's report."""
        return self.home / "steward_report"

    @property
    def dbt_docs(self) -> Path:
        """The site that dbt renders."""
        return self.home / "dbt_docs"

    @property
    def estate_state(self) -> Path:
        """What the sandbox estate tells: connections, clock, control."""
        return self.home / "estate" / "state.json"

    @property
    def estate_config(self) -> Path:
        """What the sandbox estate is told."""
        return self.home / "estate" / "config.json"

    @property
    def clock(self) -> Path:
        """The estate's simulated time."""
        return self.home / "estate" / "clock"

    @property
    def labels(self) -> Path:
        """The injected findings; no part of the pipeline reads them."""
        return self.home / "estate" / "labels.csv"

    @property
    def played_file(self) -> Path:
        """Which simulated days the pipeline has processed."""
        return self.home / "played.json"

    @property
    def lock_file(self) -> Path:
        """Held by the launcher while it changes the stack."""
        return self.home / "lock"

    @property
    def postgres(self) -> Path:
        """The database's folder.

        PostgreSQL refuses to run as root and then runs as another user, who must be able to enter every folder above
        its data: where a private home is in between, the data live below /var/lib.
        """
        if os.geteuid() != 0 or entered_by_everybody(self.home):
            return self.home / "postgres"
        return PUBLIC_STATE / hashlib.sha256(str(self.home).encode()).hexdigest()[:12] / "postgres"

    @property
    def database_parents(self) -> tuple[Path, ...]:
        """The folders above the database's that we make, outermost first."""
        return (self.postgres.parent.parent, self.postgres.parent) if self.postgres.parent != self.home else ()


def entered_by_everybody(folder: Path) -> bool:
    """Whether any user may enter the folder, which may not exist yet, through all its parents."""
    return all(parent.stat().st_mode & stat.S_IXOTH for parent in (folder, *folder.parents) if parent.exists())
