"""### Close: what is known of a period stays findable, whatever becomes known later

**Source** the last whole transformation: its moment, `mart.balance` and the open findings `GL_OUT_OF_BALANCE`.

**Grain** one run per close of a period, of an entity or of all; or one that shows a period as it was closed. Who starts
the run is who closes.

**Running it again** closes the period once more, which needs a reason; each close stays. A cleared task finds the close
that its run made.

**Runbook** `docs/runbooks/close_period.md`
"""

from airflow.sdk import DAG, Param

from tieout.operators.close import ClosePeriod
from tieout.operators.defaults import task_defaults

with DAG(
    dag_id="close_period",
    doc_md=__doc__,
    schedule=None,
    catchup=False,
    max_active_runs=1,
    default_args=task_defaults(runbook="close_period") | {"retries": 0},
    tags=["layer:transform", "tier:2"],
    params={
        "action": Param("close", enum=["close", "show"], description="Close it, or build it again as it was closed."),
        "period": Param("", type="string", pattern=r"^\d{4}-\d{2}$", description="The period: 2026-03."),
        "entity_id": Param("", type="string", description="The entity; blank: all."),
        "reason": Param("", type="string", description="Why, where it is out of balance or closed already."),
        "keep": Param(3, type="integer", minimum=1, description="How many rebuilds stay when one is shown."),
    },
):
    ClosePeriod(task_id="close", pool="writers")
