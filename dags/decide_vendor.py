"""### Decide on vendors: one vendor, several, or take a decision back

**Source** `steward.queue` (kind `vendor`) and `mart.xref_vendor`: vendor numbers and what they resolve to.

**Grain** one run per decision.

**Running it again** with the same parameters writes nothing. A decision that contradicts somebody else's, or that was
made without seeing it, is refused and says whose. Who, when, why, before and after are in `audit.event`; the
transformation that follows resolves by it, and documents are matched again.

**Runbook** `docs/runbooks/decide_vendor.md`
"""

from airflow.sdk import DAG, Param

from tieout.operators.defaults import task_defaults
from tieout.operators.schedules import DECIDED
from tieout.operators.steward import DecideVendor

GROUPS = "Vendor ids separated by commas; for `apart`, groups separated by bars: erp_main:V1, ap:S9 | erp_west:77."

with DAG(
    dag_id="decide_vendor",
    doc_md=__doc__,
    schedule=None,
    catchup=False,
    default_args=task_defaults(runbook="decide_vendor") | {"retries": 0},
    tags=["layer:quality", "tier:2"],
    params={
        "kind": Param("merge", enum=["merge", "apart", "undo"], description="What is decided."),
        "groups": Param("", type="string", description=GROUPS),
        "undoes": Param("", type="string", description="For `undo`: the decision that is taken back."),
        "reason": Param("", type="string", minLength=1, description="Why; kept with the decision."),
    },
):
    DecideVendor(task_id="decide", pool="writers", outlets=[DECIDED])
