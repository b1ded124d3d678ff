"""What the estate is told (config file), what it keeps (secrets) and what it tells (state file)."""

import json
import os
import secrets
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import asyncssh

HTTP_SYSTEMS = ("ap", "erp_main_api", "erp_west", "supply_api", "service_desk", "control")
SFTP_SYSTEMS = ("supply", "bank")
FOLDER_SYSTEMS = ("contracts", "adventureworks", "screening")
DATABASE_SYSTEM = "erp_main"
EVENT_SYSTEMS = ("ap", "supply")
PORTS = HTTP_SYSTEMS + SFTP_SYSTEMS


class EstateError(RuntimeError):
    """The estate cannot do what it was asked to; the message says why and what to do."""


@dataclass(frozen=True)
class Config:
    """What ``serve`` is told. See README.md, Config file."""

    home: Path
    dsn: str
    state: Path
    clock: Path
    labels: Path
    host: str = "127.0.0.1"
    ports: dict[str, int] = field(default_factory=dict)
    requests_per_second: dict[str, float] = field(default_factory=lambda: {"ap": 200.0})
    token_seconds: float = 900.0
    seed: int = 7
    volume: float = 1.0
    entities: list[str] | None = None
    webhooks: dict[str, dict[str, str]] = field(default_factory=dict, repr=False)

    @property
    def directory(self) -> Path:
        """The folder that holds everything of the estate outside of its database."""
        return self.home / "estate"

    @property
    def secrets_file(self) -> Path:
        """Where passwords and host keys are kept."""
        return self.directory / "secrets.json"

    @property
    def ports_file(self) -> Path:
        """Where the ports of the last start are kept."""
        return self.directory / "ports.json"

    def sftp_root(self, system: str) -> Path:
        """The folder that an SFTP system shows as its root."""
        return self.directory / "sftp" / system

    def folder_root(self, system: str) -> Path:
        """The folder of a system whose only interface is a folder."""
        return self.directory / "folders" / system

    def root_of(self, system: str) -> Path:
        """The folder below which files of a system are dropped."""
        return self.sftp_root(system) if system in SFTP_SYSTEMS else self.folder_root(system)


def load_config(path: Path) -> Config:
    """Read a config file.

    Raises:
        EstateError: it is not there, is no JSON, lacks a value or has one that is not known.
    """
    try:
        given = json.loads(path.read_text())
    except OSError as error:
        raise EstateError(f"The estate's config file {path} cannot be read: {error.strerror}.") from error
    except json.JSONDecodeError as error:
        raise EstateError(f"The estate's config file {path} is not JSON: {error}.") from error
    return make_config(given)


def make_config(given: dict[str, Any]) -> Config:
    """Make a config of a config file's content, with the defaults of README.md."""
    missing = {"home", "dsn"} - given.keys()
    unknown = given.keys() - Config.__dataclass_fields__.keys()
    if missing or unknown:
        raise EstateError(
            f"The estate's config lacks {sorted(missing)} and has unknown {sorted(unknown)}; see sandbox/README.md."
        )
    home = Path(given["home"])
    places = {"state": "state.json", "clock": "clock", "labels": "labels.csv"}
    paths = {name: Path(given.get(name, home / "estate" / file)) for name, file in places.items()}
    unknown_ports = given.get("ports", {}).keys() - set(PORTS)
    if unknown_ports:
        raise EstateError(f"The estate has no ports named {sorted(unknown_ports)}; it has {', '.join(PORTS)}.")
    for system, webhook in given.get("webhooks", {}).items():
        if system not in EVENT_SYSTEMS or webhook.keys() != {"url", "secret"}:
            raise EstateError(f"webhooks has url and secret for {' and '.join(EVENT_SYSTEMS)}; see sandbox/README.md.")
    return Config(**{**given, **paths, "home": home})


@dataclass(frozen=True)
class Secrets:
    """Passwords, keys and tokens by which the estate's servers are reached."""

    passwords: dict[str, str]
    host_keys: dict[str, str]

    def host_key(self, system: str) -> asyncssh.SSHKey:
        """The private host key of an SFTP system."""
        return asyncssh.import_private_key(self.host_keys[system])

    def public_host_key(self, system: str) -> str:
        """The public host key in OpenSSH's spelling: type, space, base64."""
        words = self.host_key(system).export_public_key("openssh").decode().split()
        return " ".join(words[:2])


def load_secrets(config: Config) -> Secrets:
    """Return the estate's secrets; make those that are not there yet."""
    kept = json.loads(config.secrets_file.read_text()) if config.secrets_file.exists() else {}
    names = [*HTTP_SYSTEMS, *SFTP_SYSTEMS, DATABASE_SYSTEM, "erp_main_owner"]
    passwords = {name: kept.get("passwords", {}).get(name) or secrets.token_urlsafe(24) for name in names}
    host_keys = {name: kept.get("host_keys", {}).get(name) or _new_host_key() for name in SFTP_SYSTEMS}
    write_private(config.secrets_file, {"passwords": passwords, "host_keys": host_keys})
    return Secrets(passwords, host_keys)


def _new_host_key() -> str:
    return asyncssh.generate_private_key("ssh-ed25519").export_private_key().decode()


def write_private(path: Path, content: dict[str, Any]) -> None:
    """Write a JSON file that only its owner may read, in one step."""
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(path.name + ".new")
    temporary.unlink(missing_ok=True)
    descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w") as file:
        json.dump(content, file, indent=2)
        file.write("\n")
    temporary.replace(path)


def read_state(path: Path) -> dict[str, Any]:
    """Return the state file's content.

    Raises:
        EstateError: there is none, so the estate does not run.
    """
    try:
        return json.loads(path.read_text())
    except FileNotFoundError as error:
        raise EstateError(f"The estate does not run: there is no {path}. Start it with `sandbox serve`.") from error
