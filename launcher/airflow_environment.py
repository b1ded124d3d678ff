"""The environment of Airflow's components: one function, used by the embedded stack; compose sets the same names."""

import json
import shlex
from collections.abc import Mapping
from typing import Any
from urllib.parse import unquote, urlsplit

from launcher.credentials import Credentials
from launcher.layout import Layout
from launcher.settings import CHECKOUT

ADMINISTRATOR = "admin"
USERS = {ADMINISTRATOR: "admin", "treasurer": "user", "controller": "user", "compliance": "user"}
"""Airflow's users and their roles. Whoever starts a run of payments does not approve it; compliance decides on hits."""

# Nothing reports to anybody.
NO_TELEMETRY = {
    "SCARF_ANALYTICS": "false",
    "SCARF_NO_ANALYTICS": "true",
    "DO_NOT_TRACK": "1",
    "GX_ANALYTICS_ENABLED": "false",
    "DBT_SEND_ANONYMOUS_USAGE_STATS": "false",
    "AIRFLOW__USAGE_DATA_COLLECTION__ENABLED": "false",
    "ASTRO_COSMOS_TELEMETRY_ENABLED": "false",
    "AIRFLOW__COSMOS__ENABLE_TELEMETRY": "false",
}

# Two cores: few processes, each looking often. A loop of the scheduler takes some 20 ms.
TUNING = {
    "AIRFLOW__CORE__EXECUTOR": "LocalExecutor",
    "AIRFLOW__CORE__PARALLELISM": "6",
    "AIRFLOW__CORE__MP_START_METHOD": "fork",
    "AIRFLOW__CORE__LOAD_EXAMPLES": "False",
    "AIRFLOW__CORE__DAGS_ARE_PAUSED_AT_CREATION": "False",
    "AIRFLOW__CORE__MIN_SERIALIZED_DAG_UPDATE_INTERVAL": "5",
    "AIRFLOW__CORE__HOSTNAME_CALLABLE": "socket.gethostname",
    "AIRFLOW__CORE__TEST_CONNECTION": "Enabled",
    "AIRFLOW__DATABASE__SQL_ALCHEMY_POOL_SIZE": "5",
    "AIRFLOW__SCHEDULER__SCHEDULER_HEARTBEAT_SEC": "1",
    "AIRFLOW__SCHEDULER__SCHEDULER_IDLE_SLEEP_TIME": "0.3",
    "AIRFLOW__SCHEDULER__TRIGGER_TIMEOUT_CHECK_INTERVAL": "5",
    "AIRFLOW__SCHEDULER__PARSING_CLEANUP_INTERVAL": "300",
    "AIRFLOW__SCHEDULER__ORPHANED_TASKS_CHECK_INTERVAL": "30",
    # A worker that was killed says nothing; its task is tried again after a minute of silence.
    "AIRFLOW__SCHEDULER__TASK_INSTANCE_HEARTBEAT_TIMEOUT": "60",
    "AIRFLOW__DAG_PROCESSOR__MIN_FILE_PROCESS_INTERVAL": "300",
    "AIRFLOW__DAG_PROCESSOR__STALE_DAG_THRESHOLD": "900",
    "AIRFLOW__DAG_PROCESSOR__REFRESH_INTERVAL": "60",
    "AIRFLOW__DAG_PROCESSOR__PARSING_PROCESSES": "2",
    "AIRFLOW__DAG_PROCESSOR__PRINT_STATS_INTERVAL": "0",
    # How long a worker may take to notice that its task has ended.
    "AIRFLOW__WORKERS__MIN_HEARTBEAT_INTERVAL": "1",
    "AIRFLOW__API__WORKERS": "1",
    "AIRFLOW__API__HOST": "127.0.0.1",
    "AIRFLOW__LOGGING__COLORED_CONSOLE_LOG": "False",
    "AIRFLOW__LOGGING__NAMESPACE_LEVELS": "great_expectations=WARNING",
    # One thread each: forked tasks share two cores, and a forked thread pool is a dead one.
    "OPENBLAS_NUM_THREADS": "1",
    "OMP_NUM_THREADS": "1",
}


def build(
    layout: Layout,
    *,
    ports: Mapping[str, int],
    credentials: Credentials,
    metadata_dsn: str,
    warehouse_dsn: str,
    connections: Mapping[str, Mapping[str, Any]],
    inherited: Mapping[str, str],
    extra: Mapping[str, str],
) -> dict[str, str]:
    """Return the whole environment of an Airflow component.

    Args:
        metadata_dsn: ``postgresql://`` URL of Airflow's own database.
        warehouse_dsn: ``postgresql://`` URL of the warehouse.
        connections: of the source systems, in Airflow's JSON spelling, by connection id.
        inherited: what our own environment gives.
        extra: wins over everything else.
    """
    address = f"http://127.0.0.1:{ports['airflow']}"
    every_connection = {
        **connections,
        "warehouse": connection_of(warehouse_dsn),
        "tieout_keys": keys_connection(credentials),
        **{
            f"{system}_events": {"conn_type": "generic", "password": secret}
            for system, secret in credentials.event_secrets.items()
        },
    }
    return {
        **inherited,
        **NO_TELEMETRY,
        **TUNING,
        "PYTHONPATH": f"{CHECKOUT / 'plugins'}:{CHECKOUT}",
        "PYTHONUNBUFFERED": "1",
        "TIEOUT_STACK": str(layout.home),
        "TIEOUT_HOME": str(layout.home),
        "TIEOUT_CONFIG": str(layout.config),
        "TIEOUT_BUSINESS_CLOCK": f"file:{layout.clock}",
        "AIRFLOW_HOME": str(layout.airflow),
        "AIRFLOW__CORE__DAGS_FOLDER": str(layout.dags),
        "AIRFLOW__CORE__PLUGINS_FOLDER": str(layout.plugins),
        "AIRFLOW__CORE__FERNET_KEY": credentials.airflow_fernet_key,
        "AIRFLOW__CORE__SIMPLE_AUTH_MANAGER_USERS": ",".join(f"{name}:{role}" for name, role in USERS.items()),
        "AIRFLOW__CORE__SIMPLE_AUTH_MANAGER_PASSWORDS_FILE": str(layout.airflow / "passwords.json"),
        "AIRFLOW__CORE__EXECUTION_API_SERVER_URL": f"{address}/execution/",
        "AIRFLOW__DATABASE__SQL_ALCHEMY_CONN": with_driver(metadata_dsn, "psycopg2"),
        "AIRFLOW__DATABASE__SQL_ALCHEMY_CONN_ASYNC": with_driver(metadata_dsn, "asyncpg"),
        "AIRFLOW__API__PORT": str(ports["airflow"]),
        "AIRFLOW__API__BASE_URL": address,
        "AIRFLOW__API__SECRET_KEY": credentials.airflow_secret_key,
        "AIRFLOW__API_AUTH__JWT_SECRET": credentials.airflow_jwt_secret,
        "AIRFLOW__LOGGING__BASE_LOG_FOLDER": str(layout.task_logs),
        "AIRFLOW__LOGGING__DAG_PROCESSOR_CHILD_PROCESS_LOG_DIRECTORY": str(layout.task_logs / "dag_processor"),
        "AIRFLOW__LOGGING__WORKER_LOG_SERVER_PORT": str(ports["worker_logs"]),
        "AIRFLOW__LOGGING__TRIGGER_LOG_SERVER_PORT": str(ports["trigger_logs"]),
        **{f"AIRFLOW_CONN_{name.upper()}": json.dumps(value) for name, value in every_connection.items()},
        **extra,
    }


def connection_of(dsn: str) -> dict[str, Any]:
    """Return a PostgreSQL URL as an Airflow connection in JSON spelling."""
    parts = urlsplit(dsn)
    return {
        "conn_type": "postgres",
        "host": parts.hostname,
        "port": parts.port,
        "login": unquote(parts.username or ""),
        "password": unquote(parts.password or ""),
        "schema": parts.path.lstrip("/"),
    }


def keys_connection(credentials: Credentials) -> dict[str, Any]:
    """Return the keys of sensitive fields as an Airflow connection: the first encryption key is the current one."""
    return {
        "conn_type": "generic",
        "extra": {"encryption_keys": [credentials.encryption_key], "token_key": credentials.token_key},
    }


def with_driver(dsn: str, driver: str) -> str:
    """Return a PostgreSQL URL for SQLAlchemy, its driver named (the default driver changed in SQLAlchemy 2.1)."""
    return f"postgresql+{driver}{dsn.removeprefix('postgresql')}"


def as_shell(environment: Mapping[str, str], inherited: Mapping[str, str]) -> str:
    """Return what is not inherited as lines for a shell to read (``set -a; . file``)."""
    ours = {name: value for name, value in environment.items() if inherited.get(name) != value}
    return "".join(f"{name}={shlex.quote(value)}\n" for name, value in sorted(ours.items()))
