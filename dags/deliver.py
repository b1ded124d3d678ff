"""### Deliver: what waits, as soon as it is due

**Source** `feedback.queue`: messages that were not sent yet, or whose next try has come; `ops.incident`: technical
exceptions that opened, died or are over, of which the service desk is told.

**Grain** one run per minute (`config/schedules.yml`), one task per target that something is due at. Conclusions are
delivered by `publish` at once; this DAG sees to what had to wait.

**Running it again** sends nothing twice: it works off the same queue as `publish`, side by side with it.

**Runbook** `docs/runbooks/deliver.md`
"""

from airflow.sdk import DAG

from tieout.operators.defaults import task_defaults
from tieout.operators.feedback import FindDue, delivery_tasks
from tieout.operators.schedules import timetable_if_named

with DAG(
    dag_id="deliver",
    doc_md=__doc__,
    schedule=timetable_if_named("deliver"),
    catchup=False,
    max_active_runs=1,
    default_args=task_defaults(runbook="deliver") | {"retries": 0},
    tags=["layer:publish", "tier:1"],
):
    FindDue(task_id="find_due") >> delivery_tasks()
