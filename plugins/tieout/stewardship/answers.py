"""Carries out a person's answer to a review batch: once, in their name, and never over another's head."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from tieout.errors import TieoutError
from tieout.people.responses import CarriedOut, Response
from tieout.quality.selection import Selection
from tieout.quality.steward import Action
from tieout.quality.steward import decide as decide_rows
from tieout.resolution.item_decisions import ItemKind, decide_item, decide_unit, decide_unit_code
from tieout.resolution.steward import decide_vendors
from tieout.stewardship.batch import Batch, Line
from tieout.stewardship.vocabulary import SKIP, SPLIT
from tieout.warehouse.connection import connect

FIELDS = ("approve", "reject", "correct")
"""Fields of a split, each numbers separated by commas. ``correct`` returns quarantined rows to their owner."""

_DECIDED = """
select quarantine_id, state, decided_by, decided_known_at from quality.quarantine
where quarantine_id = any(%s) and state <> 'waiting' order by quarantine_id
"""


@dataclass(frozen=True)
class Answer:
    """What a person answered: what to do by number of line. Lines that are not named stay as they are."""

    by: str
    comment: str
    actions: Mapping[int, str]


def answer_of(response: Response, batch: Batch) -> Answer | None:
    """Return what a person answered, None where nobody did or the batch is left as it is.

    Raises:
        TieoutError: a split names a line that is not there, or one twice.
    """
    if not response.by or response.option in ("", SKIP):
        return None
    if response.option == SPLIT:
        actions = _split(response, {line.number for line in batch.lines})
    else:
        actions = {line.number: response.option.lower() for line in batch.lines}
    return Answer(response.by, response.comment, actions)


def carry_out(dsn: str, batch: Batch, answer: Answer, now: datetime) -> CarriedOut:
    """Decide each line that the answer names; one that cannot be decided does not stop the others.

    Carrying out the same answer again decides nothing: rows no longer wait, and decisions on masters know their author.

    Args:
        dsn: of the warehouse.
        batch: that was shown.
        answer: of a person.
        now: the business clock.
    """
    done = CarriedOut()
    rows: dict[str, list[Line]] = {}
    for line in batch.lines:
        action = answer.actions.get(line.number)
        if action and batch.kind == "quarantine":
            rows.setdefault(action if action == "correct" else line.detail[action], []).append(line)
        elif action:
            _decide_one(dsn, batch, line, action, answer, now, done)
    for action, lines in rows.items():
        _decide_rows(dsn, action, lines, answer, now, done)
    return done


def _split(response: Response, numbers: set[int]) -> dict[int, str]:
    actions: dict[int, str] = {}
    for name in FIELDS:
        for part in response.listed(name):
            number = int(part) if part.isdigit() else 0
            if number not in numbers or number in actions:
                raise TieoutError(
                    f"{name}: {part!r} is no line of the batch, or is named twice.", "Name lines by number."
                )
            actions[number] = name
    return actions


def _decide_rows(dsn: str, action: str, lines: Sequence[Line], answer: Answer, now: datetime, done: CarriedOut) -> None:
    """Decide quarantined rows together; those that somebody else decided meanwhile are told."""
    by_id = {int(line.subject_id): line for line in lines}
    selection = Selection("ids", ",".join(map(str, by_id)))
    decision: Action = "correct" if action == "correct" else "release" if action == "release" else "reject"
    decided = decide_rows(
        dsn, action=decision, selection=selection, by=answer.by, reason=_reason(answer, lines[0], action), now=now
    )
    done.decided += [by_id[each].number for each in decided.quarantine_ids]
    left = [each for each in by_id if each not in decided.quarantine_ids]
    with connect(dsn) as connection:
        settled = connection.execute(_DECIDED, (left,)).fetchall()
    for quarantine_id, state, person, at in settled:
        number = by_id[quarantine_id].number
        if person == answer.by:
            done.repeated.append(number)
        else:
            done.refused[number] = f"{person} decided it meanwhile: {state} at {at:%Y-%m-%d %H:%M:%S} UTC."


def _decide_one(
    dsn: str, batch: Batch, line: Line, action: str, answer: Answer, now: datetime, done: CarriedOut
) -> None:
    what = line.detail.get(action)
    if what is None:
        done.refused[line.number] = f"This line cannot be answered by {action}; decide it by itself."
        return
    try:
        is_new = _DECIDERS[batch.kind](dsn, what, line, _who(batch, line, what, answer, now))
    except TieoutError as error:
        done.refused[line.number] = str(error)
        return
    (done.decided if is_new else done.repeated).append(line.number)


def _who(batch: Batch, line: Line, what: str, answer: Answer, now: datetime) -> dict[str, Any]:
    return {"by": answer.by, "reason": _reason(answer, line, what), "now": now, "seen_at": batch.seen_at}


def _reason(answer: Answer, line: Line, what: str) -> str:
    return answer.comment or f"{what} in a review; suggested was: {line.suggestion}"


def _vendor(dsn: str, what: str, line: Line, who: Mapping[str, Any]) -> bool:
    groups = line.detail["groups"]
    kind = what.removeprefix("vendor_")
    named = [[each for group in groups for each in group]] if kind == "merge" else groups
    return decide_vendors(dsn, kind=kind, groups=named, **who).is_new


def _item(dsn: str, what: str, line: Line, who: Mapping[str, Any]) -> bool:
    kind: ItemKind = "item_link" if what == "item_link" else "item_apart"
    pair = {name: line.detail[name] for name in ("item_id", "record_item_id")}
    return decide_item(dsn, kind=kind, **pair, **who).is_new


def _unit(dsn: str, what: str, line: Line, who: Mapping[str, Any]) -> bool:
    whose = what.removesuffix("_factor")
    denominator = line.detail[f"{whose}_denominator"]
    return decide_unit(
        dsn,
        item_id=line.detail["item_id"],
        unit=line.detail["unit"],
        factor=line.detail[f"{whose}_factor"],
        factor_denominator="" if denominator == "1" else denominator,
        **who,
    ).is_new


def _unit_code(dsn: str, what: str, line: Line, who: Mapping[str, Any]) -> bool:
    return decide_unit_code(dsn, code=line.detail["code"], unit=line.detail["unit"], **who).is_new


def _batch(dsn: str, what: str, line: Line, who: Mapping[str, Any]) -> bool:
    person = {name: who[name] for name in ("by", "reason", "now")}
    decided = decide_rows(dsn, action="release", selection=Selection("batch", line.subject_id), **person)
    return decided.decision_id is not None


_DECIDERS: Mapping[str, Callable[[str, str, Line, Mapping[str, Any]], bool]] = {
    "vendor": _vendor,
    "item": _item,
    "unit": _unit,
    "unit_code": _unit_code,
    "stopped_batch": _batch,
}
