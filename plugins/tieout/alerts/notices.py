"""Tells roles of single things beside holds: once when they begin, and once when they end in a way that matters.

docs/reference/alerts.md, section 3. A thing is an alert of its own, so that each channel hears of it once; what begins
between two looks is one message.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from operator import attrgetter

from tieout.alerts import batches, gaps, holds, messages, store
from tieout.alerts.batches import Batch
from tieout.alerts.groups import Reason, Told
from tieout.alerts.messages import Message
from tieout.alerts.tell import REMEMBERED, Telling

BATCH, GAP = "payment batch", "statement gap"
TREASURY = "treasury"
# Severity and number of members: a notice is about one thing, and is never told again because it grew.
SEVERITY, SAID = "high", "high:1"

# What is said to a role, of one line per thing.
Words = Callable[[str, Sequence[str]], Message]


@dataclass(frozen=True)
class Notice:
    """What a role is told of: an alert of its own. ``cause`` begins with the kind of thing that it is."""

    alert_id: int
    cause: str
    role: str
    line: str


def tell_batches(telling: Telling) -> None:
    """Tell approvers of batches that wait for them, and all who were asked of those that nobody answered."""
    asked = telling.alerting.approvers
    found = batches.read(telling.connection, telling.business_now, REMEMBERED)
    silent = [
        _of_batch(telling, batch, role, round_)
        for batch in found
        if batch.is_silent
        for role, round_ in {role: at for at, role in enumerate(asked[: batch.round_], start=1)}.items()
    ]
    waiting = [_of_batch(telling, one, asked[one.round_ - 1], one.round_) for one in found if not one.is_silent]
    _resolve_others(telling, BATCH, waiting)
    _say(
        telling, "opened", waiting, lambda told: told is None,
        lambda role, lines: messages.batches_wait(role, lines, telling.answers_at),
    )  # fmt: skip
    _say(telling, "resolved", silent, lambda told: told is None or told.reason != "resolved", messages.batches_refused)


def tell_gaps(telling: Telling) -> None:
    """Tell treasury of gaps in banks' statements, and once more when what was missing has come."""
    if holds.concluded_as_of(telling.connection) is None:
        return
    found = gaps.read(telling.connection)
    standing = [_kept(telling, f"{GAP}:{gap.statement_id}", TREASURY, gap.line, "reconcile") for gap in found]
    _resolve_others(telling, GAP, standing)
    _say(telling, "opened", standing, lambda told: told is None, messages.gaps)
    filled = [Notice(*row) for row in store.ended(telling.connection, GAP, telling.now - REMEMBERED)]
    _say(
        telling, "resolved", filled, lambda told: told is not None and told.reason != "resolved",
        messages.gaps_filled,
    )  # fmt: skip


def _of_batch(telling: Telling, batch: Batch, role: str, round_: int) -> Notice:
    cause = f"{BATCH}:{batch.batch_id}:{round_}"
    before = store.find(telling.connection, cause) if batch.is_silent else None
    if before is not None:
        return Notice(before, cause, role, batch.line)
    return _kept(telling, cause, role, batch.line, "pay_suppliers")


def _kept(telling: Telling, cause: str, role: str, line: str, runbook: str) -> Notice:
    alert_id, _ = store.keep(
        telling.connection, cause=cause, severity=SEVERITY, title=line, members=1, runbook=runbook, role=role,
        now=telling.now,
    )  # fmt: skip
    return Notice(alert_id, cause, role, line)


def _resolve_others(telling: Telling, kind: str, standing: Iterable[Notice]) -> None:
    store.resolve_others(telling.connection, kind, [one.cause for one in standing], telling.now)
    telling.connection.commit()


def _say(
    telling: Telling, reason: Reason, notices: Sequence[Notice], is_new: Callable[[Told | None], bool], words: Words
) -> None:
    """Say to each role, over each of its channels, what that has not heard yet."""
    for role in sorted(set(map(attrgetter("role"), notices))):
        recipients = telling.alerting.owners(role)
        for channel in recipients.channels:
            new = [
                one
                for one in notices
                if one.role == role and is_new(store.told(telling.connection, one.alert_id, channel))
            ]
            if new:
                message = words(role, [one.line for one in new])
                telling.tell([one.alert_id for one in new], channel, recipients, reason, SAID, message)
