"""### Review: a batch of the steward's queue, answered by a person

**Source** `steward.queue`: the lines of one kind on which most money hangs.

**Grain** one run per batch: take it, show it with its evidence and what a decision would touch, wait for a person,
carry out the answer in that person's name.

**Running it again** decides nothing twice: rows that no longer wait are left, and what somebody else decided since the
batch was taken is told and kept. No answer within a week leaves all as it was. While it waits it holds no worker.

**Runbook** `docs/runbooks/review.md`
"""

from datetime import timedelta

from airflow.providers.standard.operators.hitl import HITLOperator
from airflow.sdk import DAG, Param

from tieout.operators.answered import CarryOutReview
from tieout.operators.defaults import task_defaults
from tieout.operators.review import TakeBatch
from tieout.operators.schedules import DECIDED
from tieout.stewardship.vocabulary import KINDS, MOST, OPTIONS, SKIP

with DAG(
    dag_id="review",
    doc_md=__doc__,
    schedule=None,
    catchup=False,
    default_args=task_defaults(runbook="review"),
    tags=["layer:quality", "tier:2"],
    params={
        "kind": Param("quarantine", enum=list(KINDS), description="What is reviewed."),
        "size": Param(10, type="integer", minimum=1, maximum=MOST, description="How many lines at most."),
        "entity_id": Param("", type="string", description="Of this entity alone; empty for all."),
    },
):
    take = TakeBatch(task_id="take")
    ask = HITLOperator(
        task_id="ask",
        subject="Review: {{ params.kind }}",
        body="{{ ti.xcom_pull(task_ids='take')['page'] }}",
        options=list(OPTIONS),
        defaults=SKIP,
        response_timeout=timedelta(days=7),
        params={
            "comment": Param("", type="string", description="Why; kept with each decision."),
            "approve": Param("", type="string", description="For Split: numbers to approve, as 1, 3."),
            "reject": Param("", type="string", description="For Split: numbers to reject."),
            "correct": Param("", type="string", description="For Split: rows to return to their owner."),
        },
    )
    carry_out = CarryOutReview(task_id="carry_out", taken="take", asked="ask", pool="writers", outlets=[DECIDED])
    take >> ask >> carry_out
