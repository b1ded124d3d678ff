"""Passwords and keys that the launcher makes for a stack, kept in one private file of its home."""

import base64
import secrets
from dataclasses import asdict, dataclass
from pathlib import Path

from launcher.files import read_json, write_json


@dataclass(frozen=True)
class Credentials:
    """What the parts of a stack authenticate with. Keys are URL-safe base64 of 32 random bytes."""

    airflow_password: str
    airflow_fernet_key: str
    airflow_jwt_secret: str
    airflow_secret_key: str
    encryption_key: str
    token_key: str
    ap_events_secret: str = ""
    supply_events_secret: str = ""
    treasurer_password: str = ""
    controller_password: str = ""
    compliance_password: str = ""

    @property
    def passwords(self) -> dict[str, str]:
        """Passwords of Airflow's users: the administrator, two who may approve payments, and compliance."""
        return {
            "admin": self.airflow_password,
            "treasurer": self.treasurer_password,
            "controller": self.controller_password,
            "compliance": self.compliance_password,
        }

    @property
    def event_secrets(self) -> dict[str, str]:
        """What signs the events of a system, by its name."""
        return {"ap": self.ap_events_secret, "supply": self.supply_events_secret}


def load(path: Path) -> Credentials:
    """Return the stack's credentials; make those that are not there yet, so that they outlive a restart."""
    kept = read_json(path)
    made = {
        name: kept.get(name) or (secrets.token_urlsafe(12) if name.endswith("password") else _key())
        for name in Credentials.__dataclass_fields__
    }
    credentials = Credentials(**made)
    if asdict(credentials) != kept:
        write_json(path, asdict(credentials))
    return credentials


def _key() -> str:
    return base64.urlsafe_b64encode(secrets.token_bytes(32)).decode()
