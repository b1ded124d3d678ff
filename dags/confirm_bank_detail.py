"""### Bank detail: a second person confirms it after a call-back

**Source** the hold `BANK_DETAIL_CHANGED` in `mart.worklist`: an account that changed, or another one on an invoice; and
`match.match_bank_refusal`: an account that a bank refused (`ACCOUNT_REFUSED`).

**Grain** one run per account or invoice. Who called the vendor back starts it.

**Running it again** lands another decision, which says the same. Who, when and whom they reached are in `audit.event`;
the hold ends, and payments are proposed, with the next transformation. Who ever changed the account is refused.

**Runbook** `docs/runbooks/confirm_bank_detail.md`
"""

from airflow.sdk import DAG, Param

from tieout.operators.defaults import task_defaults
from tieout.operators.schedules import DECIDED
from tieout.operators.steward import ConfirmBankDetail

with DAG(
    dag_id="confirm_bank_detail",
    doc_md=__doc__,
    schedule=None,
    catchup=False,
    default_args=task_defaults(runbook="confirm_bank_detail") | {"retries": 0},
    tags=["layer:quality", "tier:2"],
    params={
        "subject_id": Param("", type="string", minLength=1, description="vendor_account_id, or invoice_id."),
        "last4": Param("", type="string", minLength=4, maxLength=4, description="Last four characters, as read back."),
        "reason": Param("", type="string", minLength=1, description="Whom they reached, and whence the number is."),
    },
):
    ConfirmBankDetail(task_id="confirm", pool="writers", outlets=[DECIDED])
