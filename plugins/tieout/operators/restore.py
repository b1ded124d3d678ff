"""Brings a warehouse that was restored from a backup up to date with what the archive has."""

from typing import Any

from airflow.sdk import BaseOperator, Context

from tieout import settings
from tieout.operators.connections import archive_root, keys, warehouse_dsn
from tieout.operators.extract import rows_landed
from tieout.operators.origin import announce


class LandFromArchive(BaseOperator):
    """Find that the warehouse was restored, or take a person's word; land what the archive received since the backup.

    Running it again lands nothing twice. Where nothing was restored, it does nothing.
    """

    def execute(self, context: Context) -> dict[str, Any]:
        """Return the rows landed, by source and object.

        Raises:
            AirflowSkipException: nothing shows that the warehouse was restored, and nobody says so.
            TieoutError: a pull did not land; the others have.
        """
        from airflow.sdk.exceptions import AirflowSkipException

        from tieout.archive.store import Archive
        from tieout.feedback import restore
        from tieout.landing.configuration_files import load_configuration
        from tieout.landing.recover import recover
        from tieout.warehouse.connection import connect

        by, now = context["params"]["declared_by"], settings.business_now()
        archive = Archive(archive_root(), keys())
        announce(context, self.outlets)
        with connect(warehouse_dsn()) as connection:
            found = restore.declare(connection, archive, now, by) if by else restore.look(connection, archive, now)
            if found is None:
                raise AirflowSkipException("The archive knows nothing that the warehouse does not know.")
        recovered = recover(
            warehouse_dsn(),
            load_configuration(settings.config_dir()),
            archive_root(),
            keys(),
            trace_id=context["run_id"],
            now=now,
        )
        for outcome in recovered.outcomes:
            outcome.raise_failures()
        with connect(warehouse_dsn()) as connection:
            restore.landed(connection, found, recovered.pulls)
        return {outcome.system: rows_landed(outcome) for outcome in recovered.outcomes}
