"""### Replay: try dead messages again

**Source** `feedback.message_state`: messages that a target refused for good, with the answer received.

**Grain** one run per choice of messages, by id, target, code or time. A dry run, the default, only lists them.

**Running it again** changes nothing that was delivered: only dead messages are replayed, with their own keys.

**Runbook** `docs/runbooks/replay.md`
"""

from airflow.sdk import DAG, Param

from tieout.operators.defaults import task_defaults
from tieout.operators.feedback import ReplayDeadLetters, delivery_tasks

with DAG(
    dag_id="replay",
    doc_md=__doc__,
    schedule=None,
    catchup=False,
    default_args=task_defaults(runbook="replay") | {"retries": 0},
    tags=["layer:publish", "tier:2"],
    params={
        "dry_run": Param(True, type="boolean", description="List the messages, replay none."),
        "message_ids": Param("", type="string", description="Message ids separated by commas; blank for any."),
        "target": Param("", type="string", description="Target; blank for any."),
        "code": Param("", type="string", description="Status code or class of error; blank for any."),
        "since": Param("", type="string", description="Dead since, ISO 8601; blank for any."),
        "until": Param("", type="string", description="Dead before, ISO 8601; blank for any."),
        "replayed_by": Param("", type="string", minLength=1, description="Who asks for it."),
        "reason": Param("", type="string", minLength=1, description="Why; kept in the audit trail."),
    },
):
    ReplayDeadLetters(task_id="replay", pool="writers") >> delivery_tasks()
