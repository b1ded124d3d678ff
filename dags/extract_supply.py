"""### Extract: supply and inventory systems

**Source** items, units, substitutes, requisitions, receipts and returns, stock movements and counts, backorders,
copies of purchase orders.

**Grain** one run per interval; one task per system of kind `supply` in `config/sources/`; the outcome of each
object is a row of `ops.interface_run`.

**Waiting** a task is deferred while a file that its profile awaits has not come (`await` in `config/sources/`).

**Running it again** lands nothing twice: payloads are recognised by their hash, rows by theirs. A backfill over any
past interval leaves every table as it was. Feedback is never sent for a backfill.

**Runbook** `docs/runbooks/extract.md`
"""

from airflow.sdk import DAG

from tieout.operators.defaults import task_defaults
from tieout.operators.extract import extraction_tasks
from tieout.operators.schedules import timetable, window

with DAG(
    dag_id="extract_supply",
    doc_md=__doc__,
    schedule=timetable("extract_supply"),
    **window(),
    max_active_runs=1,
    default_args=task_defaults(runbook="extract"),
    tags=["layer:extract", "source:supply", "tier:1"],
):
    extraction_tasks("supply")
