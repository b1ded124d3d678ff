"""### Extract: file systems

**Source** contract price lists, a company's folder of CSV extracts, and our own configuration.

**Grain** one run per interval; one task per system of kind `files` in `config/sources/`; the outcome of each
object is a row of `ops.interface_run`.

**Running it again** lands nothing twice: payloads are recognised by their hash, rows by theirs. A backfill over any
past interval leaves every table as it was. Feedback is never sent for a backfill.

**Runbook** `docs/runbooks/extract.md`
"""

from airflow.sdk import DAG

from tieout.operators.defaults import task_defaults
from tieout.operators.extract import LandConfiguration, extraction_tasks
from tieout.operators.schedules import LANDED, timetable, window

with DAG(
    dag_id="extract_files",
    doc_md=__doc__,
    schedule=timetable("extract_files"),
    **window(),
    max_active_runs=1,
    default_args=task_defaults(runbook="extract"),
    tags=["layer:extract", "source:files", "tier:1"],
):
    extraction_tasks("files")
    LandConfiguration(task_id="land_configuration", pool="files", outlets=[LANDED["files"]])
