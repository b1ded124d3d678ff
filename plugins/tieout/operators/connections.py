"""Airflow connections as the plain values that the other rooms take."""

from contextlib import AbstractContextManager
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from airflow.sdk import BaseHook, ObjectStoragePath

from tieout import settings

if TYPE_CHECKING:
    from paramiko import SFTPClient

    from tieout.archive.keys import Keys
    from tieout.sources.endpoint import Endpoint

WAREHOUSE = "warehouse"
KEYS = "tieout_keys"


def warehouse_dsn() -> str:
    """Return the URL of the warehouse from the connection ``warehouse``."""
    return _postgres_url(BaseHook.get_connection(WAREHOUSE))


def archive_root() -> ObjectStoragePath:
    """Return the archive's root; a connection that its URL names must be there.

    Without this an S3 root would be used with whatever credentials the machine has, or with none.
    """
    root = ObjectStoragePath(settings.archive_url())
    if root.conn_id:
        BaseHook.get_connection(root.conn_id)
    return root


def resolve(connection_id: str) -> "Endpoint":
    """Return a source's or target's connection as plain values."""
    from tieout.sources.endpoint import Endpoint

    connection = BaseHook.get_connection(connection_id)
    return Endpoint(
        host=connection.host or "",
        port=connection.port,
        login=connection.login or "",
        password=connection.password or "",
        schema=connection.schema or "",
        extra=connection.extra_dejson,
        uri=_postgres_url(connection) if connection.conn_type == "postgres" else "",
    )


def keys() -> "Keys":
    """Return the keys of sensitive fields and of the archive from the connection ``tieout_keys``.

    Its extra holds ``encryption_keys``, the current one first, and ``token_key``.
    """
    from tieout.archive.keys import Keys

    extra = BaseHook.get_connection(KEYS).extra_dejson
    return Keys(
        encryption=[key.encode() for key in extra["encryption_keys"]],
        token=extra["token_key"].encode(),
    )


def sftp_client(connection_id: str) -> AbstractContextManager["SFTPClient"]:
    """Return an SFTP session; it opens when entered and ends when left."""
    from airflow.providers.sftp.hooks.sftp import SFTPHook

    return SFTPHook(ssh_conn_id=connection_id).get_managed_conn()


def _postgres_url(connection: Any) -> str:
    login, password = quote(connection.login or "", safe=""), quote(connection.password or "", safe="")
    return f"postgresql://{login}:{password}@{connection.host}:{connection.port or 5432}/{connection.schema}"
