"""### Receive: from an event to the hold released

**Source** events that other systems sent to the webhook and that wait in `raw.inbox`.

**Grain** one run for all events that wait: land them, judge them, build what targets are told from, make messages and
deliver them to AP. What else a transformation builds, and the other targets, wait for `transform` and `publish`.

**Running it again** lands, concludes and sends nothing twice. An event whose notice to this DAG got lost is taken by
the next run, or by `transform`.

**Runbook** `docs/runbooks/receive.md`
"""

from datetime import timedelta

from airflow.sdk import DAG

from tieout.operators.defaults import task_defaults
from tieout.operators.feedback import Deliver, MakeMessages
from tieout.operators.receive import BuildAhead, GateEvents, TakeEvents
from tieout.operators.schedules import INBOX

# Before the tasks of a transformation that wait for the same slot.
FIRST = {"priority_weight": 100, "retry_delay": timedelta(seconds=5)}

with DAG(
    dag_id="receive",
    doc_md=__doc__,
    schedule=[INBOX],
    catchup=False,
    max_active_runs=1,
    default_args=task_defaults(runbook="receive") | FIRST,
    tags=["layer:transform", "tier:1"],
):
    # Not before a writer under way is done: what comes until then is taken with it, not by a run after this one.
    take = TakeEvents(task_id="take", pool="writers")
    gate = GateEvents(task_id="gate", pool="writers")
    build = BuildAhead(task_id="build", pool="writers")
    make_messages = MakeMessages(task_id="make_messages", pool="writers", built_by="build")
    take >> gate >> build >> make_messages >> Deliver(task_id="deliver_ap", target="ap", pool="ap")
