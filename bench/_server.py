"""A PostgreSQL server of a measurement's own."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from launcher.postgres import EmbeddedPostgres


@contextmanager
def own_server() -> Iterator[tuple[EmbeddedPostgres, Path]]:
    """Start an embedded server in a folder that everybody may enter; yield both, and remove them after."""
    with tempfile.TemporaryDirectory(prefix="tieout-bench-") as name:
        folder = Path(name)
        folder.chmod(0o755)
        server = EmbeddedPostgres(folder / "postgres")
        try:
            server.start()
            yield server, folder
        finally:
            server.stop()
