"""### Restore warehouse: catch up after a restore from a backup

**Source** the archive: what the sources sent, and what was sent to them, since the backup was made.

**Grain** one run per restore. Started by a person, when the warehouse is up again. The transformation follows; delivery
stays off until the systems were read past the last sending, by the extractions' own schedules.

**Running it again** lands nothing twice, and does nothing where nothing was restored.

**Runbook** `docs/runbooks/restore_warehouse.md`
"""

from airflow.sdk import DAG, Param

from tieout.operators.defaults import task_defaults
from tieout.operators.restore import LandFromArchive
from tieout.operators.schedules import LANDED

with DAG(
    dag_id="restore_warehouse",
    doc_md=__doc__,
    schedule=None,
    catchup=False,
    max_active_runs=1,
    default_args=task_defaults(runbook="restore_warehouse") | {"retries": 0},
    tags=["layer:extract", "tier:1"],
    params={
        "declared_by": Param(
            "", type="string", description="Who says that the warehouse was restored, where nothing shows it."
        ),
    },
):
    LandFromArchive(task_id="land_from_archive", pool="writers", outlets=[LANDED["files"]])
