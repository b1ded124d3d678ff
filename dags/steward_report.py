"""### Steward's report: quality, what waits, duplicate vendors

**Source** the gate's results, `steward.queue`, proposals and decisions, as of the last transformation.

**Grain** one page, written after the first transformation of a business day.

**Running it again** by hand writes the page again; a later transformation of the same day leaves it as it is.

**Runbook** `docs/runbooks/steward_report.md`
"""

from airflow.sdk import DAG

from tieout.operators.defaults import task_defaults
from tieout.operators.review import WriteReport
from tieout.operators.schedules import CONCLUSIONS

with DAG(
    dag_id="steward_report",
    doc_md=__doc__,
    schedule=[CONCLUSIONS],
    catchup=False,
    max_active_runs=1,
    default_args=task_defaults(runbook="steward_report"),
    tags=["layer:quality", "tier:2"],
):
    WriteReport(task_id="write")
