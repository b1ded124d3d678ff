"""Airflow connections as the plain values that the other rooms take."""

from urllib.parse import quote

from airflow.sdk import BaseHook

WAREHOUSE = "warehouse"


def warehouse_dsn() -> str:
    """Return the URL of the warehouse from the connection ``warehouse``."""
    connection = BaseHook.get_connection(WAREHOUSE)
    login, password = quote(connection.login or "", safe=""), quote(connection.password or "", safe="")
    return f"postgresql://{login}:{password}@{connection.host}:{connection.port or 5432}/{connection.schema}"
