"""Brings all ciphertexts under the current key."""

from dataclasses import asdict
from typing import Any

from airflow.sdk import BaseOperator, Context

from tieout import settings
from tieout.operators.connections import archive_root, keys, warehouse_dsn
from tieout.operators.origin import started_by


class RotateKeys(BaseOperator):
    """Encrypt anew what is under an older key. Running it again, or after it was killed, does what is left."""

    def execute(self, context: Context) -> dict[str, Any]:
        """Return how many rows and objects were under an older key, and what still is."""
        from tieout.archive.store import Archive
        from tieout.landing.rotation import rotate

        own_keys = keys()
        rotated = rotate(
            warehouse_dsn(),
            Archive(archive_root(), own_keys),
            own_keys,
            by=started_by(context) or "tieout",
            now=settings.business_now(),
            trace_id=context["run_id"],
        )
        self.log.info("%s", rotated)
        return asdict(rotated)
