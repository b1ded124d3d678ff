"""### Rebuild: the warehouse as it was known at a past moment

**Source** raw and the logs, up to the moment; the same models as `transform`, while newer data stays where it is.

**Grain** one run per rebuild, by name, into the schemas `rebuild_<name>_staging` to `rebuild_<name>_mart`; or one per
rebuild that is dropped.

**Running it again** replaces the rebuild of that name. The warehouse, its logs and the feedback are not touched, and
nothing is sent.

**Runbook** `docs/runbooks/rebuild.md`
"""

from airflow.sdk import DAG, Param

from tieout.operators.defaults import task_defaults
from tieout.operators.rebuild import RebuildWarehouse

NAME = {"type": "string", "pattern": "^[a-z][a-z0-9_]{0,29}$"}

with DAG(
    dag_id="rebuild",
    doc_md=__doc__,
    schedule=None,
    catchup=False,
    max_active_runs=1,
    default_args=task_defaults(runbook="rebuild") | {"retries": 0},
    tags=["layer:transform", "tier:2"],
    params={
        "action": Param("build", enum=["build", "drop"], description="Build, or drop what was built."),
        "name": Param("past", **NAME, description="Of the rebuild; its schemas are rebuild_<name>_<layer>."),
        "as_of": Param("", type="string", description="The moment, ISO 8601 with offset. Not used to drop."),
        "keep": Param(
            3, type="integer", minimum=1, description="How many rebuilds stay; the oldest others are dropped."
        ),
    },
):
    RebuildWarehouse(task_id="rebuild", pool="writers")
