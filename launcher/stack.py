"""One running deployment on this machine: PostgreSQL, sandbox estate, Airflow, documents.

``make demo`` uses it for the stack in ``.tieout``; end-to-end tests for stacks of their own beside it, in folders of
their own and on free ports.

    with Stack(home).running() as stack:
        stack.estate.advance(30)
        stack.api.trigger("extract_ap", run_id="history", start=..., end=...)
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from importlib.metadata import version
from pathlib import Path
from typing import Any

from launcher import airflow_environment, commands, credentials, processes
from launcher.airflow_api import AirflowApi
from launcher.children import Children
from launcher.errors import LaunchError
from launcher.estate import Estate, EstateOptions, write_config
from launcher.files import read_json, write_json, write_private
from launcher.layout import Layout
from launcher.pools import pools
from launcher.ports import choose
from launcher.postgres import EmbeddedPostgres, PostgresError
from launcher.processes import Child
from launcher.settings import CHECKOUT, inherited

DATABASES = ("airflow", "warehouse", "estate")
PORTS = ("airflow", "docs", "worker_logs", "trigger_logs")

Report = Callable[[str], None]


class Stack:
    """A deployment in one folder.

    Args:
        home: holds everything that it writes.
        dags, config: other folders of DAGs and configuration than the checkout's.
        estate_options: seed and volume; None: no estate at all.
        fixed_ports: ports that must be used.
        preferred_ports: ports that are used where free.
        environment: more variables for every Airflow component.
        durable: whether the database waits for the disk; off for tests.
    """

    def __init__(
        self, home: Path, *, dags: Path | None = None, config: Path | None = None,
        estate_options: EstateOptions | None = EstateOptions(),  # noqa: B008
        fixed_ports: Mapping[str, int] | None = None, preferred_ports: Mapping[str, int] | None = None,
        environment: Mapping[str, str] | None = None, durable: bool = True,
    ) -> None:  # fmt: skip
        self.layout = Layout(home.resolve(), dags=dags or CHECKOUT / "dags", config=config or CHECKOUT / "config")
        self.estate = Estate(self.layout.estate_state)
        self._estate_options = estate_options
        self._fixed_ports = dict(fixed_ports or {})
        self._preferred_ports = dict(preferred_ports or {})
        self._extra = dict(environment or {})
        self.postgres = EmbeddedPostgres(self.layout.postgres, self._fixed_ports.get("postgres"), durable=durable)
        self._children = Children(self.layout, self.mark)
        self._api: AirflowApi | None = None

    @property
    def mark(self) -> str:
        """What every process of this stack carries in its environment."""
        return str(self.layout.home)

    @property
    def entities(self) -> Sequence[str] | None:
        """The entities of the estate, where it has not all of them."""
        return self._estate_options.entities if self._estate_options else None

    @property
    def state(self) -> dict[str, Any]:
        """What the state file says; empty when the stack does not run."""
        return read_json(self.layout.state_file)

    @property
    def warehouse_dsn(self) -> str:
        """The URL of the warehouse."""
        return self.postgres.dsn("warehouse")

    @property
    def api(self) -> AirflowApi:
        """Airflow's REST API."""
        if self._api is None:
            self._api = self.api_of(airflow_environment.ADMINISTRATOR)
        return self._api

    def api_of(self, user: str) -> AirflowApi:
        """Return Airflow's REST API in the name of one of its users; the caller closes it."""
        password = credentials.load(self.layout.secrets_file).passwords[user]
        return AirflowApi(self.state["airflow"], user, password)

    @contextmanager
    def running(self, report: Report = lambda _: None) -> Iterator["Stack"]:
        """Start the stack; stop it at the end, whatever happens."""
        try:
            self.start(report)
            yield self
        finally:
            self.stop()

    def children(self) -> list[Child]:
        """Return the processes that were started, from the state file where another launcher started them."""
        return self._children.all()

    def check_alive(self) -> None:
        """Refuse to go on when a process has ended.

        Raises:
            LaunchError: one has; the message has the end of its log.
        """
        self._children.check_alive()

    def is_up(self) -> bool:
        """Whether the database and every recorded process run."""
        children = self.children()
        return bool(children) and self.database_runs() and all(child.running() for child in children)

    def database_runs(self) -> bool:
        """Whether PostgreSQL was set up and runs."""
        return (self.postgres.data / "PG_VERSION").exists() and self.postgres.running()

    def start(self, report: Report = lambda _: None) -> None:
        """Start every part that does not run, in the order in which they need each other.

        Raises:
            LaunchError: a part does not come up. What was started is left for ``stop``.
        """
        if self.is_up():
            report("Everything runs already.")
            return
        self._sweep()
        self._make_folders()
        self.layout.logs.mkdir(parents=True, exist_ok=True)
        ports = self._choose_ports()
        report("Starting PostgreSQL.")
        self._start_postgres()
        with ThreadPoolExecutor(max_workers=1) as beside:
            report("Starting the source systems, migrating the warehouse and Airflow's database.")
            prepared = beside.submit(self._prepare_databases)
            connections = self._start_estate(ports)
            environment = self._airflow_environment(ports, connections)
            self._prepare_airflow(environment)
            prepared.result()
        report("Starting Airflow and loading its DAGs; about half a minute.")
        self._start_components(environment, ports)
        self._save_state(ports)
        self._wait_for_airflow()
        for pool in pools(self.layout.config):
            self.api.set_pool(pool.name, pool.slots, pool.description)
        self._save_state(ports)

    def stop(self) -> None:
        """End every process and the database. Nothing that was written is lost."""
        if self._api is not None:
            self._api.close()
            self._api = None
        self._children.stop()
        if self.database_runs():
            self.postgres.stop()
        self.layout.state_file.unlink(missing_ok=True)

    def revive(self) -> list[str]:
        """Start again what has ended, as systemd would, and leave the rest alone; return the names.

        What an ended process left behind, such as the scheduler's workers, is ended first.

        Raises:
            LaunchError: the stack was never started, or PostgreSQL does not come up (yet: sessions of a server that
                was killed may hold its memory for a moment).
        """
        environment, ports = self.environment(), self.state["ports"]
        revived = []
        if not self.database_runs():
            self._start_postgres()
            revived.append("postgres")
        long_running = commands.long_running(self.layout, ports)
        for child in self.children():
            if not child.running():
                processes.end_left_behind(child)
                own = commands.estate_environment(self.mark) if child.name == "estate" else environment
                self._children.start(child.name, long_running[child.name], own)
                revived.append(child.name)
        if revived:
            self._children.adopt()
            self._save_state(ports)
        return revived

    def environment(self) -> dict[str, str]:
        """Return the environment of the stack's Airflow components, for commands beside them.

        Raises:
            LaunchError: the stack does not run.
        """
        state = self.state
        if not state:
            raise LaunchError("Nothing runs here.", "Start it with `make demo`.")
        connections = self.estate.connections if self._estate_options else {}
        return self._airflow_environment(state["ports"], connections)

    def _sweep(self) -> None:
        """End what a crashed launcher left behind."""
        self._children.stop()
        self.layout.state_file.unlink(missing_ok=True)

    def _make_folders(self) -> None:
        """Make the folders above the database such that its unprivileged user may enter them, whatever the umask."""
        for folder in (self.layout.home, *self.layout.database_parents):
            if not folder.exists():
                folder.mkdir(parents=True)
                folder.chmod(0o711)

    def _choose_ports(self) -> dict[str, int]:
        fixed = {name: port for name, port in self._fixed_ports.items() if name != "postgres"}
        last = read_json(self.layout.ports_file)
        ports = choose(PORTS, fixed=fixed, preferred=self._preferred_ports, last=last)
        write_json(self.layout.ports_file, ports)
        return ports

    def _start_postgres(self) -> None:
        try:
            self.postgres.start()
        except PostgresError as error:
            raise LaunchError("PostgreSQL did not start.", str(error)) from error
        for database in DATABASES:
            self.postgres.create_database(database)

    def _prepare_databases(self) -> None:
        """Migrate the warehouse, in a process of its own: it uses the pipeline's package, the launcher does not."""
        environment = commands.migration_environment(self.layout, self.mark, self.warehouse_dsn)
        self._children.run_once("migrate", commands.WAREHOUSE_MIGRATION, environment)

    def _start_estate(self, ports: Mapping[str, int]) -> Mapping[str, Mapping[str, Any]]:
        if self._estate_options is None:
            return {}
        self.layout.estate_state.unlink(missing_ok=True)
        secrets = credentials.load(self.layout.secrets_file).event_secrets
        airflow = f"http://127.0.0.1:{ports['airflow']}"
        write_config(self.layout, self.postgres.dsn("estate"), self._estate_options, airflow, secrets)
        command = commands.long_running(self.layout, ports)["estate"]
        self._children.start("estate", command, commands.estate_environment(self.mark))
        self._children.wait_until(self.estate.ready, "The sandbox estate")
        return self.estate.connections

    def _airflow_environment(self, ports: Mapping[str, int], connections: Mapping[str, Any]) -> dict[str, str]:
        return airflow_environment.build(
            self.layout, ports=ports, credentials=credentials.load(self.layout.secrets_file),
            metadata_dsn=self.postgres.dsn("airflow"), warehouse_dsn=self.warehouse_dsn, connections=connections,
            inherited=inherited(), extra=self._extra,
        )  # fmt: skip

    def _prepare_airflow(self, environment: Mapping[str, str]) -> None:
        """Write Airflow's private files and bring its database to this version."""
        self.layout.airflow.mkdir(parents=True, exist_ok=True)
        write_json(self.layout.airflow / "passwords.json", credentials.load(self.layout.secrets_file).passwords)
        write_private(self.layout.environment_file, airflow_environment.as_shell(environment, inherited()))
        migrated_to = self.layout.airflow / "migrated_to"
        if migrated_to.exists() and migrated_to.read_text() == version("apache-airflow"):
            return
        self._children.run_once("airflow-migrate", commands.AIRFLOW_MIGRATION, environment)
        migrated_to.write_text(version("apache-airflow"))

    def _start_components(self, environment: Mapping[str, str], ports: Mapping[str, int]) -> None:
        for name, command in commands.long_running(self.layout, ports).items():
            if name != "estate":
                self._children.start(name, command, environment)

    def _wait_for_airflow(self) -> None:
        """Wait until every component is healthy and every DAG file is known.

        Raises:
            LaunchError: a component does not come up, or a DAG file does not import.
        """
        address = read_json(self.layout.state_file)["airflow"]
        self._children.wait_until(self.api.warm_up, f"Airflow at {address}")
        self._children.wait_until(lambda: set(self.api.health().values()) == {"healthy"}, f"Airflow at {address}")
        expected = {path.stem for path in self.layout.dags.glob("*.py")}

        def known() -> bool:
            errors = self.api.import_errors()
            if errors:
                raise LaunchError(f"A DAG file does not import: {'; '.join(errors)}.", "Mend it and try again.")
            return expected <= self.api.dag_ids()

        self._children.wait_until(known, "The list of DAGs")

    def _save_state(self, ports: Mapping[str, int]) -> None:
        write_json(
            self.layout.state_file,
            {
                "airflow": f"http://127.0.0.1:{ports['airflow']}",
                "user": airflow_environment.ADMINISTRATOR,
                "data_docs": f"http://127.0.0.1:{ports['docs']}/data_docs/",
                "dbt_docs": f"http://127.0.0.1:{ports['docs']}/dbt_docs/",
                "steward_report": f"http://127.0.0.1:{ports['docs']}/steward_report/",
                "ports": {**ports, "postgres": self.postgres.port},
                "processes": self._children.as_state(),
            },
        )
