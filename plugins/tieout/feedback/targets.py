"""What is sent where, how fast, and how it is made once in effect: ``config/feedback/targets.yml``.

Beside it lie the schemas of the bodies, ``schemas/<target>_<operation>_v<version>.json``. Nothing about a target's
paths, limits or field names is in Python.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any, Literal

import yaml
from jsonschema import Draft202012Validator
from jsonschema.exceptions import SchemaError, best_match

from tieout.errors import ConfigurationError

Mode = Literal["off", "shadow", "live"]
Kind = Literal["http", "webhook", "sftp_file"]
FILE = "targets.yml"
_SCHEMA = json.loads((Path(__file__).parent / "targets_schema.json").read_text())


@dataclass(frozen=True)
class Authentication:
    """How a target knows us. ``token_path`` belongs to OAuth2, ``header`` to an API key, the others to a signature.

    ``none`` is for files: the session's login says who we are.
    """

    kind: Literal["oauth2_client_credentials", "basic", "api_key", "signature", "none"]
    token_path: str = ""
    header: str = ""
    timestamp_header: str = ""
    signature_header: str = ""


@dataclass(frozen=True)
class Retry:
    """When a message that failed is due again: after ``first``, then ``factor`` times longer, up to ``longest``.

    After ``give_up_after`` it is dead. A delivering run stays for what is due within ``wait``.
    """

    first: timedelta
    factor: float
    longest: timedelta
    give_up_after: timedelta
    wait: timedelta

    def delay(self, tries: int) -> timedelta:
        """Return the wait after the given number of failed tries (1 and up), without jitter."""
        seconds = self.first.total_seconds()
        longest = self.longest.total_seconds()
        for _ in range(tries - 1):
            seconds *= self.factor
            if seconds >= longest:
                break
        return timedelta(seconds=min(seconds, longest))


@dataclass(frozen=True)
class CircuitBreaker:
    """After so many failures in a row the target is left alone for a while."""

    failures: int
    pause: timedelta


@dataclass(frozen=True)
class Send:
    """One request, or one file. Paths may hold ``{target_key}``, the subject's key at the target.

    ``once_by`` says how a repetition is kept without effect: the target takes idempotency keys, or it is read first.
    ``on_conflict`` says what an answer 409 means: somebody is at it (retry), or never (dead). ``key_header`` is a
    webhook's. A file has its ``directory``, its name (``file``, with ``{batch}``), and the folder ``done`` where the
    target puts what it took.
    """

    on_conflict: Literal["retry", "dead"] = "dead"
    method: str = "POST"
    path: str = ""
    once_by: Literal["idempotency_key", "read_before_write"] = "idempotency_key"
    read_path: str = ""
    key_header: str = ""
    directory: str = ""
    file: str = ""
    done: str = ""


@dataclass(frozen=True)
class ReadBack:
    """The system and interface object whose extraction shows that a message was taken over."""

    system: str
    object: str


@dataclass(frozen=True)
class Operation:
    """One kind of message to one target.

    ``read_back`` is None where no extraction shows the effect: what is acknowledged counts as confirmed then.
    """

    name: str
    mode: Mode
    schema_version: int
    schema: Mapping[str, Any]
    send: Send
    read_back: ReadBack | None
    confirmation_sla: timedelta
    entities: Mapping[str, Mode] = field(default_factory=dict)

    @property
    def modes(self) -> dict[str, Mode]:
        """The mode by entity; ``*`` stands for the entities that are not named."""
        return {**self.entities, "*": self.mode}

    def invalid(self, body: Any) -> str | None:
        """Say where a body breaks the target's schema, without the value itself; None when it does not."""
        error = best_match(Draft202012Validator(self.schema).iter_errors(body))
        if error is None:
            return None
        return f"{error.json_path} breaks '{error.validator}' of the schema"


@dataclass(frozen=True)
class Target:
    """One system that takes feedback."""

    name: str
    kind: Kind
    connection: str
    authentication: Authentication
    requests_per_second: float
    parallel_requests: int
    batch_size: int
    timeout: timedelta
    run_at_most: timedelta
    retry: Retry
    circuit_breaker: CircuitBreaker
    operations: Mapping[str, Operation]

    @property
    def modes(self) -> dict[str, dict[str, Mode]]:
        """The mode by operation and entity."""
        return {name: operation.modes for name, operation in self.operations.items()}

    @property
    def collects(self) -> bool:
        """Whether many messages go together."""
        return self.kind == "sftp_file"

    @property
    def is_live(self) -> bool:
        """Whether anything is sent: a target that is off, or shadow alone, needs no connection."""
        return any("live" in operation.modes.values() for operation in self.operations.values())


def load_targets(directory: Path) -> dict[str, Target]:
    """Read ``targets.yml`` and the schemas of ``directory`` (``config/feedback``).

    Raises:
        ConfigurationError: a file is missing or wrong; the message names file and field.
    """
    path = directory / FILE
    document = _plain_off(_read(path))
    wrong = first_mistake(document)
    if wrong is not None:
        raise ConfigurationError(f"{path}: {'.'.join(map(str, wrong[0]))}: {wrong[1]}.", "Correct the file.")
    return {name: _target(directory, name, entry) for name, entry in document["targets"].items()}


def first_mistake(document: Any) -> tuple[tuple[str | int, ...], str] | None:
    """Say where a document of targets breaks their schema, and how; None where it does not."""
    error = best_match(Draft202012Validator(_SCHEMA).iter_errors(_plain_off(document)))
    return None if error is None else (tuple(error.absolute_path), error.message)


def _read(path: Path) -> Any:
    try:
        return yaml.safe_load(path.read_text())
    except (OSError, yaml.YAMLError) as error:
        raise ConfigurationError(f"{path} cannot be read: {error}.", "Add or correct the file.") from error


def _plain_off(value: Any) -> Any:
    """Give ``mode: off`` back its name: YAML 1.1 reads the bare word as false, and no field here is a boolean."""
    if isinstance(value, dict):
        return {key: _plain_off(item) for key, item in value.items()}
    return "off" if value is False else value


def _target(directory: Path, name: str, entry: Mapping[str, Any]) -> Target:
    retry = entry["retry"]
    breaker = entry["circuit_breaker"]
    return Target(
        name=name,
        kind=entry.get("kind", "http"),
        connection=entry["connection"],
        authentication=Authentication(**entry.get("authentication", {"kind": "none"})),
        requests_per_second=float(entry["requests_per_second"]),
        parallel_requests=entry["parallel_requests"],
        batch_size=entry["batch_size"],
        timeout=timedelta(seconds=entry["timeout_seconds"]),
        run_at_most=timedelta(seconds=entry["run_seconds"]),
        retry=Retry(
            first=timedelta(seconds=retry["first_seconds"]),
            factor=float(retry["factor"]),
            longest=timedelta(seconds=retry["longest_seconds"]),
            give_up_after=timedelta(hours=retry["give_up_after_hours"]),
            wait=timedelta(seconds=retry["wait_seconds"]),
        ),
        circuit_breaker=CircuitBreaker(breaker["failures"], timedelta(seconds=breaker["pause_seconds"])),
        operations={
            operation: _operation(directory, name, operation, settings)
            for operation, settings in entry["operations"].items()
        },
    )


def _operation(directory: Path, target: str, name: str, entry: Mapping[str, Any]) -> Operation:
    return Operation(
        name=name,
        mode=entry["mode"],
        schema_version=entry["schema_version"],
        schema=_body_schema(directory / "schemas" / f"{target}_{name}_v{entry['schema_version']}.json"),
        send=Send(**entry["send"]),
        read_back=None if entry["read_back"] == "none" else ReadBack(**entry["read_back"]),
        confirmation_sla=timedelta(hours=entry.get("confirmation_sla_hours", 0)),
        entities=entry.get("entities", {}),
    )


def _body_schema(path: Path) -> dict[str, Any]:
    try:
        schema = json.loads(path.read_text())
        Draft202012Validator.check_schema(schema)
    except (OSError, ValueError, SchemaError) as error:
        raise ConfigurationError(f"{path} is not a usable JSON Schema: {error}.", "Add or correct the file.") from error
    return dict(schema)
