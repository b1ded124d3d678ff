"""### Reconcile: bank entries of which only a person can tell the payment

**Source** `mart.bank_reconciliation`: every transformation runs the ladder from bank entries to payments; where two
payments are worth as much, it takes neither and asks.

**Grain** one run per night (`config/schedules.yml`), or by hand: take the open questions, show them with their
candidates, wait for a person, land the answer as decisions in that person's name. The next transformation honours them.

**Running it again** decides nothing twice: the same answer of the same person is kept as it is, and what somebody else
decided since is told and kept. Without an answer within twenty hours all stays open, and the next night asks again.

**Runbook** `docs/runbooks/reconcile.md`
"""

from datetime import timedelta

from airflow.providers.standard.operators.hitl import HITLOperator
from airflow.sdk import DAG, Param

from tieout.operators.answered import CarryOutReconciliation
from tieout.operators.defaults import task_defaults
from tieout.operators.reconcile import TakeQuestions
from tieout.operators.schedules import DECIDED, always, timetable_if_named
from tieout.payments.bank_answers import OPTIONS, SKIP
from tieout.payments.bank_questions import MOST

with DAG(
    dag_id="reconcile",
    doc_md=__doc__,
    schedule=timetable_if_named("reconcile"),
    **always(),
    max_active_runs=1,
    default_args=task_defaults(runbook="reconcile"),
    tags=["layer:quality", "source:bank", "tier:2"],
    params={
        "size": Param(20, type="integer", minimum=1, maximum=MOST, description="How many entries at most."),
        "entity_id": Param("", type="string", description="Of this entity alone; empty for all."),
    },
):
    take = TakeQuestions(task_id="take")
    ask = HITLOperator(
        task_id="ask",
        subject="Bank entries: which payment is it?",
        body="{{ ti.xcom_pull(task_ids='take')['page'] }}",
        options=list(OPTIONS),
        defaults=SKIP,
        response_timeout=timedelta(hours=20),
        params={
            "match": Param("", type="string", description="Number and letters, as 1a, 2bc."),
            "none": Param("", type="string", description="Numbers of entries that are none of their payments."),
            "comment": Param("", type="string", description="Why; kept with each decision."),
        },
    )
    carry_out = CarryOutReconciliation(
        task_id="carry_out", taken="take", asked="ask", pool="writers", outlets=[DECIDED]
    )
    take >> ask >> carry_out
