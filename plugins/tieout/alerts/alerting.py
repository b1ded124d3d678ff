"""Who hears of what, and how often: ``config/alerts.yml`` as values (docs/reference/alerts.md, section 4)."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import time, timedelta
from decimal import Decimal
from typing import Any

from tieout.alerts.groups import Repeat

OTHER = "other"
APPROVERS = ("treasury", "controller")
DEFAULT_BODY = {"text": "{title}\n{text}"}


@dataclass(frozen=True)
class Recipients:
    """Who hears: e-mail addresses, and the connection of a chat's webhook; blank for none."""

    mail: tuple[str, ...] = ()
    chat: str = ""

    @property
    def channels(self) -> tuple[str, ...]:
        """Names of the channels: ``mail``, ``chat:<connection>``."""
        return (*(("mail",) if self.mail else ()), *((f"chat:{self.chat}",) if self.chat else ()))


@dataclass(frozen=True)
class Alerting:
    """The file.

    Attributes:
        technical: the engineers.
        roles: owners of holds by role; ``other`` for those that are not named.
        smtp: connection of the mail server.
        chat_body: the JSON that a chat takes, as texts with ``{title}`` and ``{text}``.
        digest_at, digest_zone: local time of day of the daily digest.
        worklist: where owners find their list: an address, or the table's name.
        approvers: roles that are asked about a batch of payments: first, and where two are needed second.
        large: by currency, from which amount on a new hold is told at once.
        grace: how late a scheduled run may be made; ``waiting``: how long work may wait for a DAG without schedule.
    """

    technical: Recipients = Recipients()
    roles: Mapping[str, Recipients] = field(default_factory=dict)
    smtp: str = "smtp_default"
    chat_body: Mapping[str, Any] = field(default_factory=lambda: dict(DEFAULT_BODY))
    digest_at: time = time(7)
    digest_zone: str = "UTC"
    worklist: str = "mart.worklist"
    approvers: tuple[str, str] = APPROVERS
    large: Mapping[str, Decimal] = field(default_factory=dict)
    repeat: Repeat = field(default_factory=Repeat)
    grace: timedelta = timedelta(minutes=10)
    waiting: timedelta = timedelta(hours=1)

    def owners(self, role: str) -> Recipients:
        """Return who hears for a role."""
        return self.roles.get(role) or self.roles.get(OTHER) or Recipients()
