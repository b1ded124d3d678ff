"""Scored pairs kept between resolutions (``steward.vendor_link``): what is new or changed is scored, the rest is read.

Frequencies of values are those of the day on which a pair was scored. So everybody is scored again after a new model,
and after a week in which somebody was scored alone. A master of few vendors is always scored as a whole.
"""

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields
from datetime import datetime, timedelta
from operator import attrgetter
from typing import Any

import psycopg
from psycopg.types.json import Jsonb

from tieout.resolution.linkage import MODEL, Finding, Link, score, score_new
from tieout.resolution.thresholds import SCORED_FROM, THRESHOLDS, UNLIKE, load_thresholds
from tieout.resolution.vendors import Features

WHOLE_AGAIN = timedelta(days=7)
# Up to so many vendors, all of them take no longer than a few.
FEW = 5_000
_VALUES = attrgetter(*(field.name for field in fields(Features)))

_SCORED = "select vendor_id, facts_sha256 from steward.vendor_scored"
_LINKS = """
select left_id, right_id, weight, probability, case when weight >= %s then findings end as findings
from steward.vendor_link
where weight >= %s or weight <= %s
order by left_id collate "C", right_id collate "C"
"""
_LAST_FULL = """
select max(resolved_at) filter (where is_full), max(resolved_at) filter (where not is_full and scored > 0)
from steward.vendor_resolution_run
where model_sha256 = %s
"""


@dataclass(frozen=True)
class Scored:
    """Links of all vendors, how many vendors were scored, and whether those were all."""

    links: list[Link]
    count: int
    is_full: bool


def model_sha256() -> str:
    """Return a hash of model and thresholds."""
    return hashlib.sha256(MODEL.read_bytes() + THRESHOLDS.read_bytes()).hexdigest()


def whole_is_due(connection: psycopg.Connection, now: datetime) -> bool:
    """Whether everybody is scored again: never done with this model, or a week ago and some were scored since."""
    row = connection.execute(_LAST_FULL, (model_sha256(),)).fetchone()
    last_full, last_partial = row if row else (None, None)
    if last_full is None:
        return True
    return last_partial is not None and last_partial >= last_full and now >= last_full + WHOLE_AGAIN


def scored(connection: psycopg.Connection, compared: Sequence[Features], now: datetime) -> Scored:
    """Score who is new or changed, or everybody, and keep the links; the caller commits."""
    facts = {each.vendor_id: _facts(each) for each in compared}
    kept: dict[str, str] = dict(connection.execute(_SCORED).fetchall())
    changed = {vendor_id for vendor_id, sha256 in facts.items() if kept.get(vendor_id) != sha256}
    gone = kept.keys() - facts.keys()
    whole = whole_is_due(connection, now)
    if not (whole or changed or gone):
        return Scored(_kept(connection), 0, is_full=False)
    if whole or len(facts) <= FEW:
        links = score(compared, SCORED_FROM)
        _forget(connection, everybody=True)
        _keep(connection, links, facts)
        return Scored(_telling(links), len(facts), is_full=True)
    _forget(connection, sorted(changed | gone))
    links = score_new([each for each in compared if each.vendor_id in changed], compared, SCORED_FROM)
    before = _kept(connection)
    _keep(connection, links, {vendor_id: facts[vendor_id] for vendor_id in changed})
    return Scored([*before, *_telling(links)], len(changed), is_full=False)


def _telling(links: Iterable[Link]) -> list[Link]:
    """Links that may be proposed, and those that set two vendors apart."""
    lower = load_thresholds().lower
    return [link for link in links if link.weight >= lower or link.weight <= UNLIKE]


def _facts(compared: Features) -> str:
    return hashlib.sha256(repr(_VALUES(compared)).encode()).hexdigest()


def _forget(connection: psycopg.Connection, vendor_ids: Sequence[str] = (), *, everybody: bool = False) -> None:
    if everybody:
        connection.execute("delete from steward.vendor_link")
        connection.execute("delete from steward.vendor_scored")
        return
    named = {"ids": list(vendor_ids)}
    connection.execute("delete from steward.vendor_link where left_id = any(%(ids)s)", named)
    connection.execute("delete from steward.vendor_link where right_id = any(%(ids)s)", named)
    connection.execute("delete from steward.vendor_scored where vendor_id = any(%(ids)s)", named)


def _keep(connection: psycopg.Connection, links: Iterable[Link], facts: dict[str, str]) -> None:
    with connection.cursor() as cursor:
        with cursor.copy("copy steward.vendor_scored (vendor_id, facts_sha256) from stdin") as copy:
            for row in sorted(facts.items()):
                copy.write_row(row)
        statement = "copy steward.vendor_link (left_id, right_id, weight, probability, findings) from stdin"
        with cursor.copy(statement) as copy:
            for link in links:
                findings = Jsonb([(found.comparison, found.words, found.weight) for found in link.findings])
                copy.write_row((link.left, link.right, link.weight, link.probability, findings))


def _kept(connection: psycopg.Connection) -> list[Link]:
    """The telling links, with what was found of those that may be proposed."""
    lower = load_thresholds().lower
    rows = connection.execute(_LINKS, (lower, lower, UNLIKE)).fetchall()
    return [_link(row) for row in rows]


def _link(row: tuple[Any, ...]) -> Link:
    left, right, weight, probability, findings = row
    return Link(left, right, weight, probability, tuple(Finding(*finding) for finding in findings or ()))
