"""Compliance's decisions on hits: it is somebody else (clear), or it is who is listed (confirm).

Each hit's decision is landed as a record (``raw.decision``) with its audit event, in one transaction, and names the
facts that it was made on: it holds until vendor or entry say something else (docs/reference/payments.md, section 9).
"""

from collections.abc import Collection, Mapping, Sequence
from contextlib import closing
from datetime import datetime
from typing import Any, Literal

import psycopg
from psycopg.rows import dict_row

from tieout.errors import TieoutError
from tieout.people.logins import login
from tieout.quality import knowledge
from tieout.quality.decisions import Decision, need_person_and_reason, new_id
from tieout.quality.master_decisions import Made, make
from tieout.warehouse.connection import connect

Kind = Literal["clear", "confirm"]
KINDS = ("clear", "confirm")
SUBJECT = "screening_hit"

_HITS = """
select hit_id, vendor_id, list, entry_id, score, facts_sha256, state
from canonical.int_screening_hits
where (vendor_key = %(vendor)s or vendor_id = %(vendor)s) and list || ':' || entry_id = %(entry)s
order by hit_id collate "C"
"""
_NOW = """
select facts_sha256
from raw.screening_hit
where _record_key = %s
order by _source_updated_at desc
limit 1
"""


def decide_hit(
    dsn: str,
    *,
    kind: Kind,
    vendor: str,
    entry: str,
    by: str,
    reason: str,
    compliance: Collection[str],
    now: datetime,
    seen_at: datetime | None = None,
) -> list[Made]:
    """Decide on a vendor's hits with one entry: on all of its numbers that hit.

    Args:
        dsn: of the warehouse.
        kind: ``clear``, the vendor is not who is listed; ``confirm``, it is, and stays blocked.
        vendor: the resolved vendor, or one of its numbers alone (``erp_main:V1``).
        entry: list and entry, ``sdn:36``.
        by: who decides, by login.
        reason: why; kept with the decision.
        compliance: logins of who may decide.
        now: the business clock.
        seen_at: knowledge time of what the person looked at; by default that of the last transformation.

    Raises:
        TieoutError: the person is not of compliance, there is no such hit, its facts changed since, or somebody else
            decided meanwhile.
    """
    if kind not in KINDS:
        raise TieoutError(f"There is no decision {kind!r} on a hit.", "Choose clear or confirm.")
    need_person_and_reason(by, reason)
    _need_compliance(by, compliance)
    with closing(connect(dsn)) as connection, connection:
        hits = _hits(connection, vendor.strip(), entry.strip())
        return [_decide(connection, kind, hit, by.strip(), reason, now, seen_at) for hit in hits]


def _need_compliance(by: str, compliance: Collection[str]) -> None:
    if login(by) not in map(login, compliance):
        raise TieoutError(
            f"{by.strip()} is not of compliance, which alone decides on hits; nothing was written.",
            f"Have it decided by one of {', '.join(sorted(compliance))}, whom config/screening.yml names.",
        )


def _hits(connection: psycopg.Connection, vendor: str, entry: str) -> Sequence[Mapping[str, Any]]:
    parameters = {"vendor": vendor, "entry": entry}
    hits = connection.cursor(row_factory=dict_row).execute(_HITS, parameters).fetchall()
    if not hits:
        raise TieoutError(
            f"{vendor or 'No vendor'} does not resemble {entry or 'any entry'}.",
            "Take vendor and entry from mart.screening_hit, the entry as list:entry.",
        )
    return hits


def _decide(
    connection: psycopg.Connection,
    kind: Kind,
    hit: Mapping[str, Any],
    by: str,
    reason: str,
    now: datetime,
    seen_at: datetime | None,
) -> Made:
    known_at = knowledge.next_known_at(connection, now)
    _refuse_changed(connection, hit)
    detail = {
        "hit_id": hit["hit_id"],
        "vendor_id": hit["vendor_id"],
        "list": hit["list"],
        "entry_id": hit["entry_id"],
        "facts_sha256": hit["facts_sha256"],
    }
    decision = Decision(new_id(), f"screening_{kind}", SUBJECT, hit["hit_id"], by, reason, detail)
    before = {"state": hit["state"], "score": str(hit["score"])}
    return make(connection, decision, before=before, known_at=known_at, now=now, seen_at=seen_at)


def _refuse_changed(connection: psycopg.Connection, hit: Mapping[str, Any]) -> None:
    row = connection.execute(_NOW, (hit["hit_id"],)).fetchone()
    if row is None or row[0] != hit["facts_sha256"]:
        raise TieoutError(
            f"Vendor or entry of {hit['hit_id']} changed since the last transformation.",
            "Look at it again after the next one; nothing was written.",
        )
