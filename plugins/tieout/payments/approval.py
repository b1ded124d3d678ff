"""Judges an answer to a batch. Pure; docs/reference/payments.md, 3 Approval.

An approval that does not count ends the batch as a refusal does: what is refused by mistake is proposed again, what is
approved by mistake is paid.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from tieout.payments.people import why_not
from tieout.payments.vocabulary import APPROVE, REFUSE, UNANSWERED
from tieout.people.logins import login
from tieout.people.responses import Response

Chosen = Literal["approve", "refuse", "none"]


@dataclass(frozen=True)
class Answer:
    """What somebody said to a batch. ``names`` are the person's login and name; none where nobody answered."""

    names: tuple[str, ...]
    chosen: Chosen
    comment: str

    @property
    def approver(self) -> str:
        """The person, as the answer is kept."""
        return self.names[0] if self.names else ""


@dataclass(frozen=True)
class Circumstances:
    """What an answer is judged by.

    Attributes:
        shown_sha256: hash of the batch as it was shown.
        frozen_sha256: hash of the batch when it was frozen.
        present_sha256: hash of the batch as it is now.
        changes: what became known of its invoices and vendors since, in sentences.
        had_a_hand: what people did with them, by login.
        proposed_by: who started the run.
        approved_by: who approved it before.
    """

    shown_sha256: str
    frozen_sha256: str
    present_sha256: str
    changes: Sequence[str]
    had_a_hand: Mapping[str, str]
    proposed_by: str
    approved_by: Sequence[str] = ()


@dataclass(frozen=True)
class Verdict:
    """Whether an answer approves, and why (not)."""

    approved: bool
    reason: str


def answer_of(response: Response) -> Answer:
    """Return what a person answered."""
    if not response.names:
        return Answer((), "none", "")
    chosen: Chosen = "approve" if response.option == APPROVE else "refuse" if response.option == REFUSE else "none"
    return Answer(response.names, chosen, response.comment)


def judge(answer: Answer, given: Circumstances) -> Verdict:
    """Return whether an answer approves a batch. Everything that is not a clean approval refuses."""
    if answer.chosen == "none":
        return Verdict(False, UNANSWERED)
    if answer.chosen == "refuse":
        return Verdict(False, answer.comment or "refused without a comment")
    against = _objection(answer, given)
    if against:
        return Verdict(False, f"the approval by {answer.approver} does not count: {against}")
    return Verdict(True, answer.comment or "approved without a comment")


def _objection(answer: Answer, given: Circumstances) -> str | None:
    if len({given.shown_sha256, given.frozen_sha256, given.present_sha256}) != 1:
        return "the batch is not what was shown"
    if given.changes:
        return "; ".join(given.changes)
    if _is(answer, given.proposed_by):
        return "this person proposed the batch"
    if any(_is(answer, before) for before in given.approved_by):
        return "this person approved it before"
    act = why_not(answer.names, given.had_a_hand)
    return f"this person {act}" if act else None


def _is(answer: Answer, name: str) -> bool:
    return login(name) in map(login, answer.names)
