"""### Steward: release or reject quarantined rows, or have them corrected

**Source** `quality.quarantine`: rows that broke a rule of severity critical.

**Grain** one run per decision, on rows chosen by id, by batch or by rule, each narrowed by a pattern on what they say.

**Running it again** decides only rows that still wait. Who, when and why are in `audit.event`; the decision is
landed as a record of its own. A released row takes part in the next transformation, which follows at once; a row to be
corrected becomes a message to its owner, and is closed when the corrected record was let through.

**Runbook** `docs/runbooks/steward.md`
"""

from airflow.sdk import DAG, Param

from tieout.operators.defaults import task_defaults
from tieout.operators.schedules import DECIDED
from tieout.operators.steward import DecideQuarantine

with DAG(
    dag_id="steward",
    doc_md=__doc__,
    schedule=None,
    catchup=False,
    default_args=task_defaults(runbook="steward") | {"retries": 0},
    tags=["layer:quality", "tier:2"],
    params={
        "action": Param("release", enum=["release", "reject", "correct"], description="What to do with the rows."),
        "select_by": Param("ids", enum=["ids", "batch", "rule"], description="How the rows are chosen."),
        "selection": Param("", type="string", minLength=1, description="Ids separated by commas, a batch, or a rule."),
        "pattern": Param(
            "", type="string", description="Only rows that say so: field=value, or field~regular expression."
        ),
        "reason": Param("", type="string", minLength=1, description="Why; kept with the decision."),
    },
):
    DecideQuarantine(task_id="decide", pool="writers", outlets=[DECIDED])
