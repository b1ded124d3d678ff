"""Freezes a proposal: from then on a batch is what it is, and its invoices are in a live payment.

docs/reference/payments.md, 3 Approval. One transaction; a run that comes back for its batches finds them.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from itertools import count

import psycopg

from tieout import audit
from tieout.errors import Refused
from tieout.payments import proposed, store
from tieout.payments.content import Content, batch_id, faults, sha256
from tieout.payments.proposed import Proposal
from tieout.payments.store import Batch
from tieout.payments.vocabulary import CHEQUE, FIRST_CHEQUE, LEFT_FOR_LOST
from tieout.warehouse.connection import connect

_FROZEN_BEFORE = "select batch_id from payments.batch where dag_run_id = %s and entity_id = %s order by batch_id"
_SAME_CONTENT = "select count(*) from payments.batch where batch_id = any(%s)"
# Behind the last one, and behind those that may be in files which a restored warehouse lacks.
_NEXT_CHEQUE = """
with last as (
    select max(payment.cheque_number) as cheque_number, max(batch.frozen_at) as frozen_at
    from payments.payment as payment
    inner join payments.batch as batch on payment.batch_id = batch.batch_id
    where payment.paying_account = %(account)s and payment.cheque_number is not null
),

lost as (
    select count(*) as files
    from payments.lost_file as file, last
    where file.file_name like 'positive_pay%%' and file.at > coalesce(last.frozen_at, '-infinity')
)

select coalesce(last.cheque_number + 1, %(first)s) + lost.files * %(left)s
from last, lost
"""


def freeze_all(dsn: str, *, entity_id: str, proposed_by: str, dag_run_id: str, now: datetime) -> list[Batch]:
    """Freeze what is proposed for an entity, or for every one that pays through us where none is named.

    Raises:
        Refused: the entity named does not pay through us; else as ``freeze``.
    """
    with connect(dsn) as connection:
        entities = proposed.entities(connection)
    if entity_id and entity_id not in entities:
        raise Refused(
            f"{entity_id} does not pay through Tieout.", "Set payment_origin in its entity file, or leave it."
        )
    return [
        batch
        for each in ([entity_id] if entity_id else entities)
        for batch in freeze(dsn, entity_id=each, proposed_by=proposed_by, dag_run_id=dag_run_id, now=now)
    ]


def freeze(dsn: str, *, entity_id: str, proposed_by: str, dag_run_id: str, now: datetime) -> list[Batch]:
    """Freeze what the last transformation proposes for an entity, and return the batches; none where nothing is due.

    Two runs of a day freeze no invoice twice. The same run again returns what it froze.

    Args:
        dsn: of the warehouse.
        entity_id: that pays.
        proposed_by: who started the run.
        dag_run_id: of the run.
        now: the business clock.

    Raises:
        Refused: nothing was transformed yet, or a batch of the proposal does not add up.
    """
    with connect(dsn) as connection:
        store.lock(connection)
        before = [row[0] for row in connection.execute(_FROZEN_BEFORE, (dag_run_id, entity_id)).fetchall()]
        if before:
            return [store.batch(connection, each) for each in before]
        as_of = proposed.as_of(connection)
        return [
            _freeze(connection, each, as_of, proposed_by, dag_run_id, now)
            for each in proposed.proposals(connection, entity_id)
        ]


def _freeze(
    connection: psycopg.Connection,
    proposal: Proposal,
    as_of: datetime,
    proposed_by: str,
    dag_run_id: str,
    now: datetime,
) -> Batch:
    what = _with_cheque_numbers(connection, proposal.content)
    _refuse_faults(proposal.proposal_id, faults(what))
    head = Batch(
        batch_id=_new_id(connection, what),
        proposal_id=proposal.proposal_id,
        entity_id=what.entity_id,
        paying_account=what.paying_account,
        payment_profile=what.payment_profile,
        currency=what.currency,
        payment_count=len(what.payments),
        total_amount=what.total,
        policy_id=proposal.policy.policy_id,
        approvers_needed=proposal.policy.approvers(what.total),
        as_of=as_of,
        sha256=sha256(what),
        proposed_by=proposed_by,
        dag_run_id=dag_run_id,
        frozen_at=now,
    )
    store.insert_batch(connection, head, what)
    store.add_step(connection, head.batch_id, "proposed", actor=proposed_by, at=now)
    audit.record(
        connection,
        at=now,
        actor=proposed_by,
        action="payment_proposed",
        subject_type="payment_batch",
        subject_id=head.batch_id,
        after={
            "entity_id": head.entity_id,
            "payments": head.payment_count,
            "total": str(head.total_amount),
            "currency": head.currency,
            "sha256": head.sha256,
            "as_of": as_of.isoformat(),
        },
        trace_id=dag_run_id,
    )
    return head


def _new_id(connection: psycopg.Connection, what: Content) -> str:
    """Return an id that no batch has: a batch that was refused may be proposed again as it was."""
    for earlier in count():
        candidate = batch_id(what, earlier)
        row = connection.execute(_SAME_CONTENT, ([candidate],)).fetchone()
        if not (row and row[0]):
            return candidate
    raise AssertionError  # counting does not end


def _with_cheque_numbers(connection: psycopg.Connection, what: Content) -> Content:
    """Number the cheques: the next of their account. The number of a batch that is refused is not used again."""
    values = {"account": what.paying_account, "first": FIRST_CHEQUE, "left": LEFT_FOR_LOST}
    ((first,),) = connection.execute(_NEXT_CHEQUE, values).fetchall()
    numbers = count(first)
    payments = tuple(
        replace(payment, cheque_number=next(numbers)) if payment.method == CHEQUE else payment
        for payment in what.payments
    )
    return replace(what, payments=payments)


def _refuse_faults(proposal_id: str, found: Sequence[str]) -> None:
    if found:
        raise Refused(
            f"Batch {proposal_id} of the proposal does not add up: {'; '.join(found[:5])}.",
            "Nothing was frozen; look at mart.payment_proposal_invoice.",
        )
