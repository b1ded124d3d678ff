"""### Root cause: correct what a hold is owed to

**Source** `mart.exc_hold`: the hold, with the root cause that the rules gave it.

**Grain** one run per correction.

**Running it again** lands another decision; the latest stands. Who, when and why are in `audit.event`; the decision is
landed as a record of its own, and the marts show it after the next transformation.

**Runbook** `docs/runbooks/steward.md`
"""

from airflow.sdk import DAG, Param

from tieout.operators.defaults import task_defaults
from tieout.operators.schedules import DECIDED
from tieout.operators.steward import CorrectRootCause
from tieout.quality.root_causes import ROOT_CAUSES

with DAG(
    dag_id="correct_root_cause",
    doc_md=__doc__,
    schedule=None,
    catchup=False,
    default_args=task_defaults(runbook="steward") | {"retries": 0},
    tags=["layer:quality", "tier:2"],
    params={
        "hold_id": Param("", type="string", minLength=1, description="The hold, as mart.worklist names it."),
        "root_cause": Param(ROOT_CAUSES[0], enum=list(ROOT_CAUSES), description="What it is really owed to."),
        "reason": Param("", type="string", minLength=1, description="Why; kept with the decision."),
    },
):
    CorrectRootCause(task_id="correct", pool="writers", outlets=[DECIDED])
