"""What an extraction is given."""

import time
import uuid
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from tieout import settings
from tieout.archive.keys import Keys
from tieout.landing.configuration_files import Configuration
from tieout.sources.endpoint import Endpoint


@dataclass(frozen=True)
class Context:
    """What an extraction is given. Nothing of it is read from the environment.

    Attributes:
        warehouse_dsn: of the warehouse.
        configuration: contracts, profiles, entities.
        archive_root: URL, path or path-like object.
        keys: of the archive and of sensitive fields.
        resolve: gives a connection's values by its id.
        open_sftp: gives an open paramiko SFTPClient, or a context manager of one, by connection id; by default one is
            opened from the endpoint.
        origin: ``scheduled``, ``manual`` or ``backfill``.
        dag_id, dag_run_id: of the run; a retry has the same.
        trace_id: of the run's logs and rows.
        now: the business clock.
        deadline_seconds: how long one request may be waited for.
        pause: waits.
    """

    warehouse_dsn: str = field(repr=False)
    configuration: Configuration
    archive_root: Any
    keys: Keys
    resolve: Callable[[str], Endpoint]
    open_sftp: Callable[[str], AbstractContextManager[Any]] | None = None
    origin: str = "manual"
    dag_id: str | None = None
    dag_run_id: str | None = None
    trace_id: str = field(default_factory=lambda: uuid.uuid4().hex)
    now: Callable[[], datetime] = settings.business_now
    deadline_seconds: float = 600
    pause: Callable[[float], None] = time.sleep
