"""Tells roles of single things beside holds: once when they begin, and once when they end in a way that matters.

docs/reference/alerts.md, section 3. A thing is an alert of its own, so that each channel hears of it once; what begins
between two looks is one message.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from operator import attrgetter

from tieout.alerts import batches, messages, store
from tieout.alerts.batches import Batch
from tieout.alerts.groups import Reason, Told
from tieout.alerts.messages import Message
from tieout.alerts.tell import REMEMBERED, Telling

BATCH = "payment batch"
# Severity and number of members: a notice is about one thing, and is never told again because it grew.
SEVERITY, SAID = "high", "high:1"


@dataclass(frozen=True)
class Notice:
    """What a role is told of. ``cause`` begins with the kind of thing that it is."""

    cause: str
    role: str
    line: str
    runbook: str


# What is said to a role, of one line per thing.
Words = Callable[[str, Sequence[str]], Message]


def tell_batches(telling: Telling) -> None:
    """Tell approvers of batches that wait for them, and all who were asked of those that nobody answered."""
    asked = telling.alerting.approvers
    found = batches.read(telling.connection, telling.business_now, REMEMBERED)
    waiting = [_of(batch, asked[batch.round_ - 1], batch.round_) for batch in found if not batch.is_silent]
    silent = [
        _of(batch, role, round_)
        for batch in found
        if batch.is_silent
        for role, round_ in {role: at for at, role in enumerate(asked[: batch.round_], start=1)}.items()
    ]
    ids = {one.cause: store.find(telling.connection, one.cause) or _keep(telling, one) for one in silent}
    ids |= {one.cause: _keep(telling, one) for one in waiting}
    _resolve_others(telling, BATCH, waiting)
    _say(
        telling, "opened", waiting, ids,
        lambda role, lines: messages.batches_wait(role, lines, telling.answers_at), lambda told: told is None,
    )  # fmt: skip
    _say(
        telling, "resolved", silent, ids,
        messages.batches_refused, lambda told: told is None or told.reason != "resolved",
    )  # fmt: skip


def _of(batch: Batch, role: str, round_: int) -> Notice:
    return Notice(f"{BATCH}:{batch.batch_id}:{round_}", role, batch.line, "pay_suppliers")


def _keep(telling: Telling, one: Notice) -> int:
    alert_id, _ = store.keep(
        telling.connection, cause=one.cause, severity=SEVERITY, title=one.line, members=1, runbook=one.runbook,
        role=one.role, now=telling.now,
    )  # fmt: skip
    return alert_id


def _resolve_others(telling: Telling, kind: str, standing: Iterable[Notice]) -> None:
    store.resolve_others(telling.connection, kind, [one.cause for one in standing], telling.now)
    telling.connection.commit()


def _say(
    telling: Telling, reason: Reason, notices: Sequence[Notice], ids: Mapping[str, int], words: Words,
    is_new: Callable[[Told | None], bool],
) -> None:  # fmt: skip
    """Say to each role, over each of its channels, what that has not heard yet."""
    for role in sorted(set(map(attrgetter("role"), notices))):
        recipients = telling.alerting.owners(role)
        for channel in recipients.channels:
            new = [
                one
                for one in notices
                if one.role == role and is_new(store.told(telling.connection, ids[one.cause], channel))
            ]
            if new:
                message = words(role, [one.line for one in new])
                telling.tell([ids[one.cause] for one in new], channel, recipients, reason, SAID, message)
