"""### Extract: bank systems

**Source** what banks write: statements (camt.053, BAI2), notifications (camt.054), answers to payments (pain.002) and
NACHA returns.

**Grain** one run per interval; one task per system of kind `bank` in `config/sources/`; the outcome of each
object is a row of `ops.interface_run`.

**Running it again** lands nothing twice: payloads are recognised by their hash, rows by theirs. A backfill over any
past interval leaves every table as it was. Feedback is never sent for a backfill.

**Runbook** `docs/runbooks/extract.md`
"""

from airflow.sdk import DAG

from tieout.operators.defaults import task_defaults
from tieout.operators.extract import extraction_tasks
from tieout.operators.schedules import timetable, window

with DAG(
    dag_id="extract_bank",
    doc_md=__doc__,
    schedule=timetable("extract_bank"),
    **window(),
    max_active_runs=1,
    default_args=task_defaults(runbook="extract"),
    tags=["layer:extract", "source:bank", "tier:1"],
):
    extraction_tasks("bank")
