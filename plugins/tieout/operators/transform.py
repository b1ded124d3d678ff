"""Builds the warehouse: one ``dbt build`` per transformation, in process."""

import json
from pathlib import Path
from typing import Any

from airflow.sdk import Context
from cosmos import ProfileConfig
from cosmos.operators.local import DbtBuildLocalOperator
from cosmos.profiles import PostgresUserPasswordProfileMapping

from tieout import settings
from tieout.operators.connections import WAREHOUSE, warehouse_dsn
from tieout.operators.origin import sends_feedback
from tieout.operators.schedules import CONCLUSIONS


class BuildWarehouse(DbtBuildLocalOperator):
    """Open a run, which fixes ``as_of``; build all models and run all data tests; close the run.

    Unit tests of models are left to the test suite. Each node's result goes to ``ops.node_result``.
    A run that was killed is closed as failed by the next one, which does its work again: models recompute
    whatever became known after the last run that succeeded.
    """

    def __init__(self, **kwargs: Any) -> None:
        mapping = PostgresUserPasswordProfileMapping(conn_id=WAREHOUSE, profile_args={"schema": "mart", "threads": 2})
        super().__init__(
            project_dir=str(settings.dbt_project_dir()),
            profile_config=ProfileConfig(profile_name="tieout", target_name="warehouse", profile_mapping=mapping),
            dbt_cmd_flags=["--exclude-resource-type", "unit_test"],
            install_deps=False,
            emit_datasets=False,
            should_store_compiled_sql=False,
            callback=record_results,
            **kwargs,
        )

    def execute(self, context: Context, **kwargs: Any) -> None:
        """Run the build between the two ends of an ``ops.run``."""
        from tieout.warehouse import ahead, runs
        from tieout.warehouse.connection import connect

        with runs.one_at_a_time(warehouse_dsn()):
            with connect(warehouse_dsn()) as connection:
                run = runs.start_run(
                    connection,
                    now=settings.business_now(),
                    dag_run_id=context["run_id"],
                    full_refresh=False,
                    sends_feedback=sends_feedback(context),
                )
            context["task_instance"].xcom_push(key="run_id", value=run.run_id)
            succeeded = False
            try:
                super().execute(context, **kwargs)
                succeeded = True
            finally:
                with connect(warehouse_dsn()) as connection:
                    runs.finish_run(connection, run.run_id, succeeded)
        context["outlet_events"][CONCLUSIONS].extra = {"run_id": run.run_id}
        ahead.parse_once(warehouse_dsn(), target=settings.dbt_ahead_dir())


def record_results(project_dir: str, context: Context) -> None:
    """Keep what dbt says of each node in ``ops.node_result``."""
    from tieout.warehouse import runs
    from tieout.warehouse.connection import connect

    path = Path(project_dir) / "target" / "run_results.json"
    if not path.exists():
        return
    run_id = context["task_instance"].xcom_pull(task_ids=context["task_instance"].task_id, key="run_id")
    with connect(warehouse_dsn()) as connection:
        runs.record_node_results(connection, run_id, json.loads(path.read_text()))
