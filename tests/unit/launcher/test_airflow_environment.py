import json
from pathlib import Path

from launcher import airflow_environment
from launcher.credentials import Credentials
from launcher.layout import Layout

CREDENTIALS = Credentials("pw", "fernet", "jwt", "secret", "encryption", "token", "signs ap", "signs supply")
PORTS = {"airflow": 8080, "docs": 8081, "worker_logs": 8793, "trigger_logs": 8794}


def build(**arguments):
    values = {
        "ports": PORTS,
        "credentials": CREDENTIALS,
        "metadata_dsn": "postgresql://tieout:p%2Fw@127.0.0.1:5433/airflow",
        "warehouse_dsn": "postgresql://tieout:p%2Fw@127.0.0.1:5433/warehouse",
        "connections": {"ap": {"conn_type": "http", "host": "127.0.0.1", "port": 1}},
        "inherited": {"PATH": "/bin"},
        "extra": {},
    }
    return airflow_environment.build(Layout(Path("/home/t")), **(values | arguments))


def test_nothing_reports_to_the_network():
    environment = build()
    assert environment["SCARF_ANALYTICS"] == environment["GX_ANALYTICS_ENABLED"] == "false"
    assert environment["DBT_SEND_ANONYMOUS_USAGE_STATS"] == "false"
    assert environment["DO_NOT_TRACK"] == "1"


def test_every_source_system_the_warehouse_and_the_keys_are_connections():
    environment = build()
    names = {name for name in environment if name.startswith("AIRFLOW_CONN_")}
    assert names == {
        f"AIRFLOW_CONN_{name}" for name in ("AP", "WAREHOUSE", "TIEOUT_KEYS", "AP_EVENTS", "SUPPLY_EVENTS")
    }
    assert json.loads(environment["AIRFLOW_CONN_AP_EVENTS"])["password"] == "signs ap"
    warehouse = json.loads(environment["AIRFLOW_CONN_WAREHOUSE"])
    assert warehouse == {
        "conn_type": "postgres", "host": "127.0.0.1", "port": 5433, "login": "tieout", "password": "p/w",
        "schema": "warehouse",
    }  # fmt: skip


def test_database_drivers_are_named():
    environment = build()
    assert environment["AIRFLOW__DATABASE__SQL_ALCHEMY_CONN"].startswith("postgresql+psycopg2://tieout:p%2Fw@")
    assert environment["AIRFLOW__DATABASE__SQL_ALCHEMY_CONN_ASYNC"].startswith("postgresql+asyncpg://")


def test_tasks_find_the_api_server_on_its_port():
    assert build()["AIRFLOW__CORE__EXECUTION_API_SERVER_URL"] == "http://127.0.0.1:8080/execution/"


def test_extra_variables_win():
    assert build(extra={"AIRFLOW__CORE__PARALLELISM": "2"})["AIRFLOW__CORE__PARALLELISM"] == "2"


def test_the_environment_can_be_read_by_a_shell_and_leaves_out_what_is_inherited():
    text = airflow_environment.as_shell({"PATH": "/bin", "A": "it's"}, {"PATH": "/bin"})
    assert text == "A='it'\"'\"'s'\n"
