"""The DAG files, parsed once by Airflow in a process of their own."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

CHECKOUT = Path(__file__).resolve().parents[2]
PARSE = """
import json, sys, time
from pathlib import Path
import airflow.sdk
from cosmos.operators.local import DbtBuildLocalOperator  # a library, loaded once per processor
from airflow.dag_processing.dagbag import DagBag

facts = {"errors": {}, "dags": {}, "seconds": {}}
for path in sorted(Path(sys.argv[1]).glob("*.py")):
    started = time.perf_counter()
    bag = DagBag(dag_folder=str(path))
    facts["seconds"][path.name] = time.perf_counter() - started
    facts["errors"] |= bag.import_errors
    for dag in bag.dags.values():
        facts["dags"][dag.dag_id] = {
            "file": path.stem,
            "doc": dag.doc_md,
            "tags": sorted(dag.tags),
            "catchup": dag.catchup,
            "run_types": sorted(kind.value for kind in dag.allowed_run_types or ()),
            "timetable": type(dag.timetable).__name__,
            "tasks": {
                task.task_id: {
                    "owner": task.owner,
                    "pool": task.pool,
                    "after": sorted(task.upstream_task_ids),
                    "trigger_rule": task.trigger_rule,
                    "runbook": task.on_failure_callback[0].runbook,
                    "succeeded": [type(callback).__name__ for callback in task.on_success_callback],
                    "before": getattr(task._pre_execute_hook, "__name__", None),
                }
                for task in dag.tasks
            },
        }
print("FACTS" + json.dumps(facts))
"""


@pytest.fixture(scope="session")
def facts(tmp_path_factory) -> dict:
    """What Airflow makes of the DAG files: import errors, and each DAG's id, docs, tags, tasks."""
    home = tmp_path_factory.mktemp("airflow")
    environment = os.environ | {
        "AIRFLOW_HOME": str(home),
        "AIRFLOW__CORE__LOAD_EXAMPLES": "False",
        "AIRFLOW__DATABASE__SQL_ALCHEMY_CONN": f"sqlite:///{home / 'airflow.db'}",
        "PYTHONPATH": f"{CHECKOUT / 'plugins'}{os.pathsep}{CHECKOUT}",
        "TIEOUT_HOME": str(home),
    }
    command = [sys.executable, "-c", PARSE, str(CHECKOUT / "dags")]
    result = subprocess.run(command, env=environment, capture_output=True, text=True, check=False, cwd=home)
    line = next((line for line in result.stdout.splitlines() if line.startswith("FACTS")), None)
    assert line, result.stderr[-3000:]
    return json.loads(line.removeprefix("FACTS"))
