"""Verifies the audit trail and anchors it in the archive."""

from typing import Any

from airflow.sdk import BaseOperator, Context

from tieout import settings
from tieout.operators.connections import archive_root, keys, warehouse_dsn


class VerifyAudit(BaseOperator):
    """Chain what waits, verify chain and anchors, write the day's anchor. Running it again adds nothing."""

    def execute(self, context: Context) -> dict[str, Any]:
        """Return the chain's length and the anchors that agree.

        Raises:
            TieoutError: the trail was changed; the message names the positions.
        """
        from tieout.archive.store import Archive
        from tieout.audit import upkeep
        from tieout.errors import TieoutError
        from tieout.warehouse.connection import connect

        with connect(warehouse_dsn()) as connection:
            report = upkeep.check(connection, Archive(archive_root(), keys()), settings.business_now())
        for note in report.notes:
            self.log.warning("%s", note)
        if report.findings.count:
            raise TieoutError(upkeep.summary(report), "See docs/runbooks/verify_audit.md.")
        self.log.info("%s positions verified, %s anchors agree.", report.positions, report.anchors)
        return {"positions": report.positions, "anchors": report.anchors}
