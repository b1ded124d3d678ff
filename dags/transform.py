"""### Transform: from what landed to conclusions

**Source** every batch that landed and was not judged yet, whatever system it came from, and what people decided.

**Grain** one run for all that arrived together: it waits until the extractions under way have ended, takes events
that wait, runs the quality gate, resolves and screens vendors where anything became known of them or of a list, then
builds and tests all models in one `dbt build`. It builds with the last resolution where resolving failed; where
screening failed, payments to whom it should have screened are blocked.

**Running it again** changes nothing: models recompute what is touched by newly known rows or by time, from all that
is known.

**Runbook** `docs/runbooks/transform.md`
"""

from datetime import timedelta

from airflow.sdk import DAG, AssetAny, Param, TriggerRule

from tieout.operators.defaults import task_defaults
from tieout.operators.gate import RunGate
from tieout.operators.receive import TakeEvents
from tieout.operators.resolve import ResolveVendors
from tieout.operators.schedules import CONCLUSIONS, DECIDED, KINDS, LANDED
from tieout.operators.screen import ScreenVendors
from tieout.operators.transform import BuildWarehouse
from tieout.operators.wait import WaitForExtractions

with DAG(
    dag_id="transform",
    doc_md=__doc__,
    schedule=AssetAny(*LANDED.values(), DECIDED),
    catchup=False,
    max_active_runs=1,
    default_args=task_defaults(runbook="transform"),
    tags=["layer:transform", "tier:1"],
    params={
        "send_feedback": Param(True, type="boolean", description="Send what a run started by hand concludes."),
    },
):
    wait = WaitForExtractions(
        task_id="wait_for_extractions",
        dag_ids=[f"extract_{kind}" for kind in KINDS],
        patience=timedelta(minutes=10),
    )
    # Events that nobody took: their notice got lost, or `receive` failed.
    take_events = TakeEvents(task_id="take_events", retries=0)
    # Whatever became of the events.
    gate = RunGate(task_id="gate", pool="writers", trigger_rule=TriggerRule.ALL_DONE_MIN_ONE_SUCCESS)
    resolve = ResolveVendors(task_id="resolve", pool="writers", retries=1)
    # Whatever became of resolve: it looks at vendor numbers.
    screen = ScreenVendors(
        task_id="screen", pool="writers", retries=1, trigger_rule=TriggerRule.ALL_DONE_MIN_ONE_SUCCESS
    )
    # With the gate's success, whatever became of resolve and screen.
    build = BuildWarehouse(
        task_id="build",
        pool="writers",
        outlets=[CONCLUSIONS],
        trigger_rule=TriggerRule.ALL_DONE_MIN_ONE_SUCCESS,
    )
    [wait, take_events] >> gate >> resolve >> screen >> build
    gate >> [screen, build]
