"""### Publish: conclusions back to the systems that own the records

**Source** the state that each record should have at each target (`fb.fb_desired_state`) and what the targets showed
at the last extraction (`fb.fb_observed_state`).

**Grain** one run per transformation: confirm what was taken over, make messages for what differs, deliver them, one
task per target.

**Running it again** sends nothing twice: a message is made once per change and carries an idempotency key; a target
without keys is read before it is written. A run that only backfills led to makes no messages.

**Runbook** `docs/runbooks/publish.md`
"""

from airflow.sdk import DAG

from tieout.operators.defaults import task_defaults
from tieout.operators.feedback import MakeMessages, delivery_tasks
from tieout.operators.schedules import CONCLUSIONS

with DAG(
    dag_id="publish",
    doc_md=__doc__,
    schedule=[CONCLUSIONS],
    catchup=False,
    max_active_runs=1,
    default_args=task_defaults(runbook="publish"),
    tags=["layer:publish", "tier:1"],
):
    MakeMessages(task_id="make_messages", pool="writers") >> delivery_tasks()
