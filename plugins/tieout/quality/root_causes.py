"""A steward's correction of a hold's root cause. It wins over the rules' (exceptions, section Root causes)."""

from contextlib import closing
from datetime import datetime

from tieout.errors import TieoutError
from tieout.quality import knowledge
from tieout.quality.decisions import Decision, make, need_person_and_reason, new_id
from tieout.warehouse.connection import connect

ROOT_CAUSES = (
    "late receipt posting",
    "physical shortage",
    "price master stale",
    "contract not loaded",
    "unit set-up",
    "vendor master",
    "PO error",
    "supplier error",
    "duplicate submission",
    "interface failure",
    "policy",
)


def correct(dsn: str, *, hold_id: str, root_cause: str, by: str, reason: str, now: datetime) -> str:
    """Say what a hold is really owed to; it holds for the hold's last episode. Return the decision's id.

    Args:
        dsn: of the warehouse.
        hold_id: of ``mart.exc_hold``.
        root_cause: one of ``ROOT_CAUSES``.
        by: who decides.
        reason: why; kept with the decision.
        now: the business clock.

    Raises:
        TieoutError: no such hold or root cause; person or reason is missing.
    """
    if root_cause not in ROOT_CAUSES:
        raise TieoutError(f"There is no root cause {root_cause!r}.", f"Choose one of {', '.join(ROOT_CAUSES)}.")
    need_person_and_reason(by, reason)
    with closing(connect(dsn)) as connection, connection:
        known_at = knowledge.next_known_at(connection, now)
        said = connection.execute(
            "select root_cause from mart.exc_hold where hold_id = %s order by episode desc limit 1", (hold_id.strip(),)
        ).fetchone()
        if said is None:
            raise TieoutError(f"There is no hold {hold_id!r}.", "Take the hold_id from mart.worklist.")
        decision = Decision(new_id(), "root_cause", "hold", hold_id.strip(), by, reason, {"root_cause": root_cause})
        before, after = {"root_cause": said[0]}, {"root_cause": root_cause}
        make(connection, decision, before=before, after=after, known_at=known_at, now=now)
        return decision.decision_id
