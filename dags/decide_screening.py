"""### Decide on a hit of screening: somebody else, or who is listed

**Source** `mart.screening_hit`: vendors that resemble a party on a list of sanctioned or excluded ones.

**Grain** one run per vendor and entry; it decides on every number of the vendor that hits. Who decides is who starts
the run, and must be of compliance (`config/screening.yml`).

**Running it again** with the same parameters writes nothing and is skipped. A decision that somebody else's made
unseen is refused and says whose. Who, when, why and on which facts are in `audit.event`; the transformation that
follows unblocks a vendor that was cleared. A cleared hit comes back when vendor or entry change.

**Runbook** `docs/runbooks/decide_screening.md`
"""

from airflow.sdk import DAG, Param

from tieout.operators.defaults import task_defaults
from tieout.operators.schedules import DECIDED
from tieout.operators.screen import DecideScreening

with DAG(
    dag_id="decide_screening",
    doc_md=__doc__,
    schedule=None,
    catchup=False,
    default_args=task_defaults(runbook="decide_screening") | {"retries": 0},
    tags=["layer:quality", "tier:2"],
    params={
        "kind": Param("clear", enum=["clear", "confirm"], description="Clear: somebody else. Confirm: who is listed."),
        "vendor": Param("", type="string", minLength=1, description="The vendor's key, or one of its numbers alone."),
        "entry": Param("", type="string", minLength=1, description="List and entry: sdn:36."),
        "reason": Param("", type="string", minLength=1, description="Why; kept with the decision."),
    },
):
    DecideScreening(task_id="decide", pool="writers", outlets=[DECIDED])
