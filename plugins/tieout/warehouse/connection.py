"""Connections to the warehouse."""

import psycopg

from tieout.errors import Transient


def connect(dsn: str) -> psycopg.Connection:
    """Open a connection in UTC; the caller commits.

    Raises:
        Transient: the server cannot be reached.
    """
    try:
        return psycopg.connect(dsn, options="-c timezone=UTC", application_name="tieout")
    except psycopg.OperationalError as error:
        raise Transient(
            f"The warehouse cannot be reached: {error}.", "Check the connection 'warehouse' and that its server is up."
        ) from error
