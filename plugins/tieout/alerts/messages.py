"""What alerts say: plain text, without anything that must not leave the warehouse. Pure."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from tieout.alerts.groups import Group, Reason

# Seven digits and more in a row may be an account's number or a tax id; days are none.
_NUMBERS = re.compile(r"(?<![\d-])(?!\d{4}-\d{2}-\d{2})\d(?:[ -]?\d){6,}")
_IBANS = re.compile(r"\b[A-Z]{2}\d{2}(?: ?[A-Z0-9]{2,4}){3,8}\b")
_ADDRESSES = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+")
LONGEST = 300
NAMED = 10
WORDS = {"opened": "", "changed": "worse: ", "reminder": "still: ", "resolved": "over: "}
OUTAGES = ("unavailable", "throttled")


@dataclass(frozen=True)
class Message:
    """A line and a text."""

    title: str
    text: str


@dataclass(frozen=True)
class Share:
    """Open holds of a role, of one code and currency; ``overdue`` are past their promise, ``new`` not told yet."""

    code: str
    currency: str
    holds: int
    at_risk: Decimal
    oldest: datetime
    overdue: int
    new: int


@dataclass(frozen=True)
class LargeHold:
    """A hold above the limit of its currency."""

    hold_id: str
    code: str
    entity_id: str
    at_risk: Decimal
    currency: str


def masked(text: str) -> str:
    """Return a text without e-mail addresses and without what may be the number of an account or a tax payer."""
    for pattern in (_ADDRESSES, _IBANS, _NUMBERS):
        text = pattern.sub(lambda found: f"…{found[0][-4:]}" if found[0][-1].isdigit() else "…", text)
    return text if len(text) <= LONGEST else f"{text[:LONGEST]}…"


def technical(group: Group, reason: Reason, kinds: Mapping[str, str]) -> Message:
    """Return the message about a cause.

    Args:
        kinds: kind (erp, ap, …) of each source system, whose outage has a runbook of its own.
    """
    runbooks = [group.runbook]
    if group.incident_class in OUTAGES and group.system in kinds and kinds[group.system] != "files":
        runbooks.append(f"outage_{kinds[group.system]}")
    lines = [
        f"{group.members} open since {group.first_at:%Y-%m-%d %H:%M} UTC, last seen {group.last_at:%Y-%m-%d %H:%M}.",
        *([f"About: {', '.join(group.objects)}."] if group.objects else []),
        *([f"The last one says: {masked(group.example)}"] if group.example else []),
        "What to do: " + ", ".join(f"docs/runbooks/{page}.md" for page in runbooks),
    ]
    return Message(f"[{group.severity}] {WORDS[reason]}{group.title}", "\n".join(lines))


def over(title: str, resolved_at: datetime) -> Message:
    """Return the message that a cause is over."""
    return Message(f"[resolved] {title}", f"Over since {resolved_at:%Y-%m-%d %H:%M} UTC.")


def digest(role: str, shares: Sequence[Share], as_of: datetime, worklist: str, also: Sequence[str] = ()) -> Message:
    """Return the digest of a role: what waits for it, and the money at risk; ``also`` is what it was told beside holds.

    Money of ``RECOVERY_DUE`` is not added up: it is that of other holds (docs/reference/exceptions.md).
    """
    totals: dict[str, Decimal] = {}
    for share in shares:
        if share.currency and share.code != "RECOVERY_DUE":
            totals[share.currency] = totals.get(share.currency, Decimal()) + share.at_risk
    holds = sum(share.holds for share in shares)
    at_risk = ", ".join(money(amount, currency) for currency, amount in sorted(totals.items())) or "no money"
    lines = [
        f"As of {as_of:%Y-%m-%d %H:%M} UTC: {sum(share.new for share in shares)} new,"
        f" {sum(share.overdue for share in shares)} past their time.",
        *(_line(share, as_of) for share in shares),
        *(f"Also: {line}" for line in capped(also)),
        *([f"The list: {worklist}"] if worklist else []),
    ]
    waiting = "1 hold waits" if holds == 1 else f"{holds} holds wait"
    return Message(f"{waiting} for {role}, {at_risk} at risk", "\n".join(lines))


def large(role: str, holds: Sequence[LargeHold], worklist: str) -> Message:
    """Return the message about new holds above the limit; the largest ten are named."""
    lines = [
        f"{money(hold.at_risk, hold.currency)}: {hold.code} at {hold.entity_id} ({hold.hold_id})"
        for hold in sorted(holds, key=lambda hold: -hold.at_risk)
    ]
    title = f"{len(holds)} new large {'hold' if len(holds) == 1 else 'holds'} for {role}"
    return Message(title, "\n".join([*capped(lines), *([f"The list: {worklist}"] if worklist else [])]))


def batches_wait(role: str, lines: Sequence[str], answers_at: str) -> Message:
    """Return the message that batches of payments wait for a role.

    Args:
        lines: one per batch.
        answers_at: the page where people answer; blank where it is not known.
    """
    said = [
        *capped(lines),
        "No answer by then refuses, and the invoices are proposed again by the next run.",
        f"Answer in Airflow, under Required Actions{f': {answers_at}' if answers_at else ''}",
    ]
    return Message(f"{_batches(lines)} {'waits' if len(lines) == 1 else 'wait'} for {role}", "\n".join(said))


def batches_refused(role: str, lines: Sequence[str]) -> Message:
    """Return the message that batches were refused by silence."""
    said = [*capped(lines), "Nothing was sent. The invoices are proposed again by the next run."]
    was = "was" if len(lines) == 1 else "were"
    return Message(f"{_batches(lines)} {was} refused, because nobody answered ({role})", "\n".join(said))


def gaps(role: str, lines: Sequence[str]) -> Message:
    """Return the message that banks' statements have gaps, one line per gap."""
    said = [
        *capped(lines),
        "Ask the bank for what is missing. Until it is there, payments are judged by what came:",
        "docs/guides/payments.md, A statement is missing or wrong",
    ]
    return Message(f"{_gaps(lines)} in banks' statements for {role}", "\n".join(said))


def gaps_filled(role: str, lines: Sequence[str]) -> Message:
    """Return the message that gaps are filled."""
    are = "is" if len(lines) == 1 else "are"
    return Message(
        f"{_gaps(lines)} in banks' statements {are} filled ({role})", "\n".join(["No more:", *capped(lines)])
    )


def _gaps(lines: Sequence[str]) -> str:
    return "1 gap" if len(lines) == 1 else f"{len(lines)} gaps"


def _batches(lines: Sequence[str]) -> str:
    return "1 batch of payments" if len(lines) == 1 else f"{len(lines)} batches of payments"


def capped(lines: Sequence[str]) -> list[str]:
    """Return the first ten lines, and how many more there are."""
    return [*lines[:NAMED], *([f"and {len(lines) - NAMED} more"] if len(lines) > NAMED else [])]


def _line(share: Share, as_of: datetime) -> str:
    at_risk = f", {money(share.at_risk, share.currency)}" if share.currency else ""
    overdue = f", {share.overdue} past their time" if share.overdue else ""
    new = f", {share.new} new" if share.new else ""
    return f"{share.code}: {share.holds}{at_risk}, oldest {(as_of - share.oldest).days} days{overdue}{new}"


def money(amount: Decimal, currency: str) -> str:
    """Return an amount as it is said, ``1,234.50 USD``."""
    return f"{amount:,.2f} {currency}"
