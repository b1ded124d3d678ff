"""### What if: a period with other policies

**Source** policy files beside the configuration, in the form of `config/policies`; everything else as it is known.

**Grain** one run per question: match is built with these policies into the schemas `what_if_<name>_…` and compared with
the warehouse, or with a rebuild. One row of `ops.what_if` per run, hold code, entity and currency.

**Running it again** asks again: it adds the rows of its own run. The warehouse is not touched, the policies do not
land, and nothing is sent.

**Runbook** `docs/runbooks/what_if.md`
"""

from airflow.sdk import DAG, Param

from tieout.operators.defaults import task_defaults
from tieout.operators.rebuild import AnswerWhatIf

NAME = "[a-z][a-z0-9_]{0,29}"

with DAG(
    dag_id="what_if",
    doc_md=__doc__,
    schedule=None,
    catchup=False,
    max_active_runs=1,
    default_args=task_defaults(runbook="what_if") | {"retries": 0},
    tags=["layer:transform", "tier:2"],
    params={
        "name": Param("question", type="string", pattern=f"^{NAME}$", description="Of the question."),
        "policies": Param(
            "what_if", type="string", minLength=1, description="File or folder of policies, from the configuration's."
        ),
        "period_from": Param("2026-01-01", type="string", format="date", description="First date of the invoices."),
        "period_to": Param("2026-03-31", type="string", format="date", description="Last date of the invoices."),
        "baseline": Param(
            "", type="string", pattern=f"^({NAME})?$", description="A rebuild to compare with; blank: as it stands."
        ),
        "keep_schemas": Param(False, type="boolean", description="Keep what was built, to look at single invoices."),
    },
):
    AnswerWhatIf(task_id="what_if", pool="writers")
