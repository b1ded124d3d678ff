"""### Pay suppliers: proposal, answer, file, bank

**Source** `mart.payment_proposal` of the last transformation, and what banks said (`canonical.int_payment_outcomes`).

**Grain** one run per entity, or for all that pay through us; in it one group of tasks per batch: ask a person, ask a
second one above the limit, make the file once, send it.

**Running it again** pays nothing twice: an invoice is in one live payment, a payment's id is instructed once, a file is
made once and looked for at the bank before it is sent. No answer within 20 hours refuses. It cannot be backfilled.

**Runbook** `docs/runbooks/pay_suppliers.md`
"""

from typing import Any

from airflow.sdk import DAG, Param, task_group

from tieout.operators.defaults import task_defaults
from tieout.operators.payments import COMMENT, Ask, FreezeProposals, LandPayments, MakeFiles, SendFiles, TakeAnswer
from tieout.operators.schedules import DECIDED, started, timetable_if_named

with DAG(
    dag_id="pay_suppliers",
    doc_md=__doc__,
    schedule=timetable_if_named("pay_suppliers"),
    start_date=started(),
    catchup=False,
    allowed_run_types=["scheduled", "manual"],
    default_args=task_defaults(runbook="pay_suppliers"),
    tags=["layer:publish", "source:bank", "tier:1"],
    params={"entity_id": Param("", type="string", description="Who pays; empty for all that pay through us.")},
):
    freeze = FreezeProposals(task_id="freeze", pool="writers")

    @task_group(group_id="batch")
    def batch(batch_id: Any, sha256: Any, page: Any) -> None:
        """Ask about one batch and, where it is approved, pay it."""
        said: list[Any] = []
        for round_, name in enumerate(("first", "second"), start=1):
            ask = Ask(task_id=f"ask_{name}", batch_id=batch_id, page=page, round_=round_, params=COMMENT)
            take = TakeAnswer(
                task_id=f"take_{name}", batch_id=batch_id, sha256=sha256, response=ask.output, round_=round_
            )
            if said:
                said[-1] >> ask
            said.append(take)
        make = MakeFiles(task_id="make", batch_id=batch_id, trigger_rule="none_failed")
        land = LandPayments(task_id="land", pool="writers", trigger_rule="none_failed", outlets=[DECIDED])
        said >> make >> SendFiles(task_id="send", batch_id=batch_id) >> land

    batch.expand_kwargs(freeze.output)
