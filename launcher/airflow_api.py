"""A small client of Airflow's REST API: what the launcher and the end-to-end tests ask for."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import httpx
from tenacity import retry, retry_if_exception_type, stop_after_attempt, wait_fixed

from launcher.errors import LaunchError

COMPONENTS = ("metadatabase", "scheduler", "triggerer", "dag_processor")
UNFINISHED = ("queued", "running")
UNMAPPED = -1
"""The index of a task that is there once in a run."""


@dataclass(frozen=True)
class DagRun:
    """One run of a DAG, as the API tells it."""

    dag_id: str
    run_id: str
    state: str
    logical_date: datetime | None = None

    @property
    def ended(self) -> bool:
        """Whether nothing of it will happen any more."""
        return self.state not in UNFINISHED


class AirflowApi:
    """Airflow's REST API at one address, logged in on first use."""

    def __init__(self, url: str, user: str, password: str) -> None:
        self.url = url
        self._login = {"username": user, "password": password}
        self._client = httpx.Client(base_url=url, timeout=30.0)

    def close(self) -> None:
        """Close the connections."""
        self._client.close()

    def health(self) -> dict[str, str]:
        """Return the status of each component; ``unreachable`` while the API server does not answer."""
        try:
            answer = self._client.get("/api/v2/monitor/health", timeout=5.0)
            answer.raise_for_status()
        except httpx.HTTPError:
            return {"api-server": "unreachable"}
        return {name: (answer.json().get(name) or {}).get("status") or "unknown" for name in COMPONENTS}

    def warm_up(self) -> bool:
        """Make the API server build the API that tasks use, which takes some seconds; return whether it is there."""
        try:
            return self._client.get("/execution/health", timeout=60.0).is_success
        except httpx.HTTPError:
            return False

    def dag_ids(self) -> set[str]:
        """Return the ids of all DAGs that are parsed."""
        return {dag["dag_id"] for dag in self._get("/api/v2/dags", limit=100)["dags"]}

    def import_errors(self) -> list[str]:
        """Return one text per DAG file that does not import: its name and the error's last line."""
        errors = self._get("/api/v2/importErrors", limit=100)["import_errors"]
        return [f"{error['filename']}: {error['stack_trace'].strip().splitlines()[-1]}" for error in errors]

    def set_pool(self, name: str, slots: int, description: str) -> None:
        """Make a pool, or set its size."""
        body = {"name": name, "slots": slots, "description": description, "include_deferred": False}
        answer = self._request("POST", "/api/v2/pools", json=body, accepted=(201, 409))
        if answer.status_code == 409:
            change = {"pool": name, "slots": slots, "description": description, "include_deferred": False}
            self._request("PATCH", f"/api/v2/pools/{name}", json=change)

    def trigger(
        self, dag_id: str, *, run_id: str, start: datetime | None = None, end: datetime | None = None,
        conf: dict[str, Any] | None = None,
    ) -> DagRun:  # fmt: skip
        """Post a run with its data interval; the logical date is the interval's start.

        A run of that id that is there already is returned as it is; one that failed is cleared, so that it runs again.
        """
        body: dict[str, Any] = {"dag_run_id": run_id, "logical_date": None, "conf": conf or {}}
        if start and end:
            interval = {"data_interval_start": start.isoformat(), "data_interval_end": end.isoformat()}
            body |= interval | {"logical_date": start.isoformat()}
        answer = self._request("POST", f"/api/v2/dags/{dag_id}/dagRuns", json=body, accepted=(200, 409))
        if answer.status_code == 200:
            return _run(answer.json())
        run = self.run(dag_id, run_id)
        if run.state == "failed":
            path = f"/api/v2/dags/{dag_id}/dagRuns/{run_id}/clear"
            self._request("POST", path, json={"dry_run": False, "only_failed": True})
            return self.run(dag_id, run_id)
        return run

    def run(self, dag_id: str, run_id: str) -> DagRun:
        """Return one run."""
        return _run(self._get(f"/api/v2/dags/{dag_id}/dagRuns/{run_id}"))

    def runs(self, *, since: datetime | None = None, states: Iterable[str] | None = None) -> list[DagRun]:
        """Return the runs of all DAGs, oldest first; ``since`` is wall time of their being due."""
        body: dict[str, Any] = {"order_by": "run_after", "page_limit": 100}
        if since:
            body["run_after_gte"] = since.isoformat()
        if states:
            body["states"] = list(states)
        found: list[DagRun] = []
        while True:
            page = self._request("POST", "/api/v2/dags/~/dagRuns/list", json=body | {"page_offset": len(found)}).json()
            found += [_run(item) for item in page["dag_runs"]]
            if len(found) >= page["total_entries"] or not page["dag_runs"]:
                return found

    def tasks(self, run: DagRun, states: Iterable[str]) -> list[dict[str, Any]]:
        """Return a run's task instances in one of the states."""
        found = self._get(f"/api/v2/dags/{run.dag_id}/dagRuns/{run.run_id}/taskInstances", limit=100)
        wanted = set(states)
        return [task for task in found["task_instances"] if task["state"] in wanted]

    def asks(self, run: DagRun, task_id: str, map_index: int = UNMAPPED) -> bool:
        """Whether a task of a run waits for a person's answer."""
        return self._request("GET", _question(run, task_id, map_index), accepted=(200, 404)).is_success

    def answer(self, run: DagRun, task_id: str, option: str, fields: dict[str, str], map_index: int = UNMAPPED) -> None:
        """Answer what a task asks, in the name of who is logged in. The first answer stays."""
        body = {"chosen_options": [option], "params_input": fields}
        self._request("PATCH", _question(run, task_id, map_index), json=body, accepted=(200, 409))

    def waiting_events(self, dag_id: str) -> int:
        """Return the number of assets whose events wait to start a run of the DAG."""
        return self._get(f"/api/v2/dags/{dag_id}/assets/queuedEvents")["total_entries"]

    def _get(self, path: str, **parameters: Any) -> dict[str, Any]:
        return self._request("GET", path, params=parameters).json()

    # A busy machine may let a request time out; every request here may be made twice.
    @retry(
        retry=retry_if_exception_type(httpx.TransportError),
        stop=stop_after_attempt(4),
        wait=wait_fixed(1),
        reraise=True,
    )
    def _request(self, method: str, path: str, accepted: tuple[int, ...] = (200,), **arguments: Any) -> httpx.Response:
        if "Authorization" not in self._client.headers:
            self._authenticate()
        answer = self._client.request(method, path, **arguments)
        if answer.status_code == 401:
            self._authenticate()
            answer = self._client.request(method, path, **arguments)
        if answer.status_code not in accepted:
            raise LaunchError(
                f"Airflow answered {method} {path} with {answer.status_code}: {answer.text[:300]}.",
                "Look at the API server's log in the folder logs of the stack's home.",
            )
        return answer

    def _authenticate(self) -> None:
        answer = self._client.post("/auth/token", json=self._login)
        if answer.status_code != 201:
            raise LaunchError(
                f"Airflow refused the login of {self._login['username']}: {answer.status_code}.",
                "Run `make clean` if the password files in the stack's home were changed by hand.",
            )
        self._client.headers["Authorization"] = f"Bearer {answer.json()['access_token']}"


def _run(item: dict[str, Any]) -> DagRun:
    due = item.get("logical_date")
    logical_date = datetime.fromisoformat(due) if due else None
    return DagRun(item["dag_id"], item["dag_run_id"], item["state"], logical_date)


def _question(run: DagRun, task_id: str, map_index: int) -> str:
    return f"/api/v2/dags/{run.dag_id}/dagRuns/{run.run_id}/taskInstances/{task_id}/{map_index}/hitlDetails"
