"""Starts the sandbox estate and talks to its control API. See sandbox/README.md."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import httpx

from launcher.errors import LaunchError
from launcher.files import read_json, write_json
from launcher.layout import Layout

# Playing 30 days of history writes some ten thousand records.
ADVANCE_SECONDS = 300.0


@dataclass(frozen=True)
class EstateOptions:
    """What a stack asks of its estate.

    ``volume`` scales the number of records, ``seed`` chooses them; ``entities`` are all where none are named;
    ``token_seconds`` is the life of AP's tokens.
    """

    seed: int = 7
    volume: float = 1.0
    entities: Sequence[str] | None = None
    token_seconds: float = 900.0


def write_config(
    layout: Layout, dsn: str, options: EstateOptions, airflow: str, event_secrets: Mapping[str, str]
) -> None:
    """Write the estate's config file.

    Args:
        layout: of the stack.
        dsn: the estate's database.
        options: of the estate.
        airflow: address of the API server, which takes events in.
        event_secrets: sign the events of a system, by its name.
    """
    webhooks = {
        system: {"url": f"{airflow}/tieout/events/{system}", "secret": secret}
        for system, secret in event_secrets.items()
    }
    write_json(layout.estate_config, {"home": str(layout.home), "dsn": dsn, **asdict(options), "webhooks": webhooks})


class Estate:
    """The running estate, as its state file tells it."""

    def __init__(self, state_file: Path) -> None:
        self._state_file = state_file

    def ready(self) -> bool:
        """Whether every server of the estate listens: it writes its state file then."""
        state = read_json(self._state_file)
        if not state:
            return False
        try:
            return httpx.get(f"{state['control']['url']}/health", timeout=5.0).is_success
        except httpx.HTTPError:
            return False

    @property
    def connections(self) -> Mapping[str, Mapping[str, Any]]:
        """The source systems' connections, in Airflow's JSON spelling, by connection id."""
        return read_json(self._state_file)["connections"]

    def clock(self) -> tuple[int, datetime]:
        """Return the number of days played and the estate's time."""
        answer = self._call("GET", "/clock")
        return answer["day"], datetime.fromisoformat(answer["now"])

    def advance(self, days: int) -> tuple[int, datetime]:
        """Play days for all systems; return like ``clock``."""
        answer = self._call("POST", "/advance", {"days": days})
        return answer["day"], datetime.fromisoformat(answer["now"])

    def counters(self) -> dict[str, dict[str, dict[str, int]]]:
        """Return how many messages each target received, and how many had an effect."""
        return self._call("GET", "/counters")

    def happen(self, event_type: str, count: int = 1, *, invoice: str = "") -> list[dict[str, Any]]:
        """Let the next things of the following day happen now, told by webhook; return what happened.

        ``invoice``: only what this invoice of AP's waits for.
        """
        return self._call("POST", "/events", {"type": event_type, "count": count, "invoice": invoice})["events"]

    def events(self) -> list[dict[str, Any]]:
        """Return every event that was told, and what became of it."""
        return self._call("GET", "/events")  # type: ignore[return-value]

    def fault(self, system: str, kind: str, **details: Any) -> dict[str, Any]:
        """Put a fault into force; return it with its id."""
        return self._call("POST", "/faults", {"system": system, "kind": kind, **details})

    def ask_bank(self, kind: str, **details: Any) -> dict[str, Any]:
        """Ask the bank to do something unusual (sandbox/README.md); return the request with its id."""
        return self._call("POST", "/bank", {"kind": kind, **details})

    def faults(self) -> list[dict[str, Any]]:
        """Return the faults that are in force and not over yet."""
        return self._call("GET", "/faults")

    def effects(self) -> list[dict[str, Any]]:
        """Return every message that a target acted upon, in order: target, operation, key, subject, body."""
        return self._call("GET", "/effects")

    def end_fault(self, fault_id: int) -> None:
        """End one fault."""
        self._call("DELETE", f"/faults/{fault_id}")

    def end_faults(self) -> None:
        """End all faults."""
        self._call("DELETE", "/faults")

    def _call(self, method: str, path: str, body: dict[str, Any] | None = None) -> Any:
        control = read_json(self._state_file).get("control")
        if control is None:
            raise LaunchError("The sandbox estate does not run.", "Start it with `make demo`.")
        answer = httpx.request(
            method, f"{control['url']}{path}", json=body, timeout=ADVANCE_SECONDS,
            headers={"Authorization": f"Bearer {control['token']}"},
        )  # fmt: skip
        if not answer.is_success:
            raise LaunchError(
                f"The sandbox estate answered {method} {path} with {answer.status_code}: {answer.text[:300]}.",
                "Look at logs/estate.log in the stack's home.",
            )
        return answer.json() if answer.content else {}
