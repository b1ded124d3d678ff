"""### Verify audit: is the trail as it was written?

**Source** `audit.event`, its chain, and the chain's anchors in the archive.

**Grain** one run per day: chain what waits, verify everything, write the day's anchor to the archive.

**Running it again** adds nothing: an event has one position, a day one anchor. A changed trail gets no anchor.

**Runbook** `docs/runbooks/verify_audit.md`
"""

from airflow.sdk import DAG

from tieout.operators.audit import VerifyAudit
from tieout.operators.defaults import task_defaults
from tieout.operators.schedules import timetable, window

with DAG(
    dag_id="verify_audit",
    doc_md=__doc__,
    schedule=timetable("verify_audit"),
    **window(),
    max_active_runs=1,
    default_args=task_defaults(runbook="verify_audit") | {"retries": 0},
    tags=["layer:quality", "tier:1"],
):
    VerifyAudit(task_id="verify")
