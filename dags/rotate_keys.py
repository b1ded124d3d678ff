"""### Rotate keys: nothing stays under a key that is to go

**Source** account numbers and tax ids in `raw`, and the archive.

**Grain** one run per new key, which is put first into the connection `tieout_keys` before.

**Running it again** does what is left, also after it was killed; then it changes nothing.

**Runbook** `docs/runbooks/rotate_keys.md`
"""

from airflow.sdk import DAG

from tieout.operators.defaults import task_defaults
from tieout.operators.rotate import RotateKeys

with DAG(
    dag_id="rotate_keys",
    doc_md=__doc__,
    schedule=None,
    catchup=False,
    max_active_runs=1,
    default_args=task_defaults(runbook="rotate_keys"),
    tags=["layer:extract", "tier:2"],
):
    RotateKeys(task_id="rotate", pool="writers")
