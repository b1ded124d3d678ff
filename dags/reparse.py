"""### Reparse: read the archive again

**Source** the archived payloads of one system over a window: nothing is asked of the system itself.

**Grain** one run per system and window, after its profile was corrected (with a higher `version`) or an entity was
added.

**Running it again** lands nothing twice: only rows that read otherwise than before are new versions; the old ones stay.

**Runbook** `docs/runbooks/extract.md`
"""

from airflow.sdk import DAG, Param

from tieout.operators.defaults import task_defaults
from tieout.operators.extract import ReparseSource
from tieout.operators.schedules import LANDED

with DAG(
    dag_id="reparse",
    doc_md=__doc__,
    schedule=None,
    catchup=False,
    default_args=task_defaults(runbook="extract") | {"retries": 0},
    tags=["layer:extract", "tier:2"],
    params={
        "system": Param("", type="string", minLength=1, description="Name of the source: its file in config/sources."),
        "start": Param("", type="string", format="date-time", description="Start of the window, ISO 8601 with offset."),
        "end": Param("", type="string", format="date-time", description="End of the window, ISO 8601 with offset."),
    },
):
    ReparseSource(task_id="reparse", pool="files", outlets=[LANDED["files"]])
