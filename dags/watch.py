"""### Watch: what is late, what did not run, and who is told of it

**Source** the warehouse's record of what ran (`ops`), promises (`config/policies/sla.csv`), schedules, Airflow's runs,
open technical exceptions and holds.

**Grain** one run every few minutes, by the wall clock: look, tell people of every cause once, leave a heartbeat.

**Running it again** says nothing twice: what a channel was told is in `ops.notification`. What could not be said is
tried again by the next run.

**Runbook** `docs/runbooks/watch.md`
"""

from datetime import timedelta

from airflow.sdk import DAG

from tieout.operators.defaults import task_defaults
from tieout.operators.schedules import always, timetable
from tieout.operators.watch import Watch

# It runs on a wrong configuration too: it is what tells people of it.
ARGUMENTS = task_defaults(runbook="watch") | {"retries": 0, "pre_execute": None}

with DAG(
    dag_id="watch",
    doc_md=__doc__,
    schedule=timetable("watch"),
    **always(),
    max_active_runs=1,
    default_args=ARGUMENTS,
    tags=["layer:watch", "tier:1"],
):
    Watch(task_id="watch", priority_weight=1000, execution_timeout=timedelta(minutes=4))
