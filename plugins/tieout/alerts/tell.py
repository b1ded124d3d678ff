"""Tells people: one message per cause, channel and reason; what could not be sent is tried again with the next look."""

import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import psycopg

from tieout.alerts import holds, messages, store
from tieout.alerts.alerting import Alerting, Recipients
from tieout.alerts.groups import Standing, causes, reason_to_tell
from tieout.alerts.messages import Message, Share
from tieout.alerts.promises import Promise
from tieout.operations import raise_incident, resolve_incidents

log = logging.getLogger(__name__)

RUNBOOK = "watch"
# How long after its end somebody who could not be reached is still told that a cause is over.
REMEMBERED = timedelta(days=7)

# Sends a message over a channel (`mail`, `chat:<connection>`) to recipients; raises where it cannot.
Send = Callable[[str, Recipients, Message], None]


@dataclass
class Telling:
    """One round of telling.

    Attributes:
        now, business_now: wall time and business time.
        kinds: kind of each source system.
        answers_at: where people answer batches of payments, an address of Airflow's pages.
        sent: messages that were sent, by reason.
        broken: channels that failed in this round; they are left alone until the next.
    """

    connection: psycopg.Connection
    alerting: Alerting
    send: Send
    now: datetime
    business_now: datetime
    kinds: Mapping[str, str] = field(default_factory=dict)
    answers_at: str = ""
    sent: dict[str, int] = field(default_factory=dict)
    broken: set[str] = field(default_factory=set)

    def technical(self) -> None:
        """Tell the engineers of causes that are new, worse, a day old, or over."""
        repeat = self.alerting.repeat
        groups = causes(store.open_groups(self.connection))
        kept = store.keep_technical(self.connection, groups, self.now, repeat.quiet)
        self.connection.commit()
        for alert in [*kept, *store.lately_over(self.connection, self.now - REMEMBERED)]:
            for channel in self.alerting.technical.channels:
                reason = reason_to_tell(
                    alert.standing, store.told(self.connection, alert.alert_id, channel), self.now, repeat
                )
                if reason is None:
                    continue
                if alert.group is not None:
                    message = messages.technical(alert.group, reason, self.kinds)
                else:
                    message = messages.over(alert.title, alert.resolved_at or self.now)
                self.tell([alert.alert_id], channel, self.alerting.technical, reason, alert.standing.said, message)

    def owners(self, promises: Sequence[Promise]) -> None:
        """Tell each role what waits for it, once a day, and of new holds above the limit at once."""
        as_of = holds.concluded_as_of(self.connection)
        if as_of is None:
            return
        by_role = holds.shares(self.connection, as_of, promises, {})
        store.resolve_roles(self.connection, [*by_role], self.now)
        for role, mine in by_role.items():
            alert_id, _ = store.keep(
                self.connection, cause=f"holds:{role}", severity="medium", title=f"holds of {role}",
                members=sum(share.holds for share in mine), runbook=None, role=role, now=self.now,
            )  # fmt: skip
            self.connection.commit()
            for channel in self.alerting.owners(role).channels:
                self._owner(alert_id, role, channel, mine, promises, as_of)

    def _owner(
        self, alert_id: int, role: str, channel: str, mine: list[Share], promises: Sequence[Promise], as_of: datetime
    ) -> None:
        told_to, last_digest = store.covered(self.connection, f"holds:{role}", channel)
        recipients, worklist = self.alerting.owners(role), self.alerting.worklist
        said = Standing("medium", sum(share.holds for share in mine), self.now).said
        if self._digest_is_due(last_digest):
            told = {role: told_to} if told_to else {}
            shares = holds.shares(self.connection, as_of, promises, told)[role]
            also = store.also_open(self.connection, role)
            message = messages.digest(role, shares, as_of, worklist, also)
            self.tell([alert_id], channel, recipients, "digest", said, message, as_of)
            return
        large = holds.large_holds(self.connection, role, self.alerting.large, told_to)
        if large:
            self.tell([alert_id], channel, recipients, "large hold", said, messages.large(role, large, worklist), as_of)

    def _digest_is_due(self, last: datetime | None) -> bool:
        zone = ZoneInfo(self.alerting.digest_zone)
        local = self.business_now.astimezone(zone)
        due = datetime.combine(local.date(), self.alerting.digest_at, tzinfo=zone)
        if due > local:
            due -= timedelta(days=1)
        return last is None or last < due

    def tell(
        self, alert_ids: Sequence[int], channel: str, recipients: Recipients, reason: str, said: str, message: Message,
        as_of: datetime | None = None,
    ) -> None:  # fmt: skip
        """Send a message about alerts and keep that it was sent; a channel that fails is a technical exception."""
        if channel in self.broken:
            return
        self.connection.commit()  # a mail server that is slow must not hold locks on the marts
        error = self._failure(channel, recipients, message)
        for alert_id in alert_ids:
            store.note(
                self.connection, alert_id, channel, reason, said, self.now, self.business_now, as_of=as_of, error=error
            )
        fingerprint = f"notify:{channel}"
        if error is None:
            self.sent[reason] = self.sent.get(reason, 0) + 1
            resolve_incidents(self.connection, [fingerprint], at=self.business_now)
        else:
            self.broken.add(channel)
            raise_incident(
                self.connection, fingerprint=fingerprint, incident_class="delivery failed",
                message=f"Nobody could be told by {channel}: {error}. The next look tries again.",
                runbook=RUNBOOK, at=self.business_now, source_system=channel,
            )  # fmt: skip
        self.connection.commit()

    def _failure(self, channel: str, recipients: Recipients, message: Message) -> str | None:
        """Send; return the kind of what went wrong, none where nothing did. Its text may hold an address."""
        try:
            self.send(channel, recipients, message)
        except Exception as error:  # whatever the mail server's or the chat's library raises
            log.warning("Nobody could be told by %s: %s", channel, type(error).__name__)
            return type(error).__name__
        return None
