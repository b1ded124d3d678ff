"""Reads a person's answer to open questions of the reconciliation, and carries it out once, in their name."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from string import ascii_lowercase

from tieout.errors import TieoutError
from tieout.payments.bank_decisions import Kind, decide
from tieout.payments.bank_questions import Question, Questions
from tieout.people.responses import CarriedOut, Response

DECIDE, SKIP = "Decide", "Skip"
OPTIONS = (DECIDE, SKIP)
_CHOICE = re.compile(r"(\d+)([a-z]*)")


@dataclass(frozen=True)
class Chosen:
    """What is said of an entry: the payments that it is, or is not."""

    kind: Kind
    payment_ids: tuple[str, ...]


@dataclass(frozen=True)
class Answer:
    """What a person answered, by number of question. Questions that are not named stay open."""

    by: str
    comment: str
    chosen: Mapping[int, Chosen]


def answer_of(response: Response, questions: Questions) -> Answer | None:
    """Return what a person answered, None where nobody did or all is left open.

    Raises:
        TieoutError: a question or letter that is not there, or a question named twice.
    """
    if not response.by or response.option != DECIDE:
        return None
    asked = {question.number: question for question in questions.asked}
    chosen: dict[int, Chosen] = {}
    for name in ("match", "none"):
        for part in response.listed(name):
            number, choice = _chosen(name, part.lower(), asked)
            if number in chosen:
                raise TieoutError(f"Question {number} is answered twice.", "Name each number once.")
            chosen[number] = choice
    return Answer(response.by, response.comment, chosen)


def carry_out(dsn: str, questions: Questions, answer: Answer, now: datetime) -> CarriedOut:
    """Land each decision; one that cannot be made does not stop the others. Done again, it decides nothing.

    Args:
        dsn: of the warehouse.
        questions: that were shown.
        answer: of a person.
        now: the business clock.
    """
    done = CarriedOut()
    for question in questions.asked:
        choice = answer.chosen.get(question.number)
        if choice is None:
            continue
        try:
            made = decide(
                dsn,
                kind=choice.kind,
                bank_entry_id=question.bank_entry_id,
                payment_ids=choice.payment_ids,
                by=answer.by,
                reason=answer.comment or f"{choice.kind} in a reconciliation: {question.reason}",
                now=now,
                seen_at=questions.seen_at,
            )
        except TieoutError as error:
            done.refused[question.number] = str(error)
            continue
        (done.decided if made.is_new else done.repeated).append(question.number)
    return done


def _chosen(name: str, part: str, asked: Mapping[int, Question]) -> tuple[int, Chosen]:
    read = _CHOICE.fullmatch(part)
    question = asked.get(int(read[1])) if read else None
    if read is None or question is None:
        raise TieoutError(f"{name}: {part!r} is no question of the page.", "Name questions by number.")
    if name == "none":
        if read[2]:
            raise TieoutError(f"none: {part!r} has a letter.", "Name the number alone.")
        return question.number, Chosen("bank_apart", question.payment_ids)
    letters = [ascii_lowercase.index(letter) for letter in read[2]]
    if not letters or max(letters) >= len(question.payment_ids):
        raise TieoutError(f"match: {part!r} names no payment of the question.", "Write number and letter, as 1a.")
    return question.number, Chosen("bank_match", tuple(question.payment_ids[each] for each in sorted(set(letters))))
