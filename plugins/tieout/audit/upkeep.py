"""What is done to the audit trail regularly: often, changes of access and the chain; daily, verification and anchor."""

from datetime import datetime

import psycopg

from tieout import operations
from tieout.archive.store import Archive
from tieout.audit import access, anchors, chain
from tieout.audit.verify import Report, verify

FINGERPRINT = "audit:chain"
RUNBOOK = "verify_audit"


def keep_up(connection: psycopg.Connection, now: datetime) -> int:
    """Record what changed in access, chain what waits, and return how many events were chained. Commits."""
    access.record_changes(connection, now)
    connection.commit()
    return chain.append(connection)


def check(connection: psycopg.Connection, archive: Archive, now: datetime) -> Report:
    """Keep up, verify, and anchor the day's end of the chain where nothing was found. Commits.

    A finding is a technical exception until a later verification finds nothing; a chain with one is not anchored.
    """
    keep_up(connection, now)
    report = verify(connection, archive)
    connection.commit()
    if report.findings.count:
        operations.raise_incident(
            connection,
            fingerprint=FINGERPRINT,
            incident_class="pipeline failed",
            message=summary(report),
            runbook=RUNBOOK,
            at=now,
            object_name="audit.event",
            state="dead",
        )
        connection.commit()
        return report
    operations.resolve_incidents(connection, [FINGERPRINT], at=now)
    connection.commit()
    if anchors.write(connection, archive, now):
        chain.append(connection)
    connection.commit()
    return report


def summary(report: Report) -> str:
    """Return the findings as one text."""
    left = report.findings.count - len(report.findings.shown)
    more = [f"… and {left} more."] if left else []
    return " ".join(
        [f"The audit trail does not verify, {report.findings.count} findings.", *report.findings.shown, *more]
    )
