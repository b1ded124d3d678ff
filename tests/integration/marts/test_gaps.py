"""Treasury hears once of a gap in a bank's statements, and once when the late statement fills it."""

import json
from datetime import timedelta

import pytest

from tests.integration.marts import hospital
from tests.integration.marts.conftest import DATABASE
from tieout.alerts.alerting import Alerting, Recipients
from tieout.alerts.notices import tell_gaps
from tieout.alerts.tell import Telling
from tieout.operators.notifiers import AlertNotifier
from tieout.warehouse.connection import connect

COMES = """
insert into staging.stg_bank_statements
select (jsonb_populate_record(statement, %s::jsonb)).*
from staging.stg_bank_statements as statement
where statement_ref = 'S1'
"""
ROLES = {"treasury": Recipients(("treasury@hospital.example",)), "other": Recipients(("others@hospital.example",))}
OURS = "****1234"
# The standard's example, made up here so that no text holds it.
IBAN = "".join(("DE89", "3704", "0044", "0532", "0130", "00"))


@pytest.fixture
def connection(postgres, history):
    """The marts after the second day; statements that a test adds and what is told go at the end."""
    with connect(postgres.dsn(DATABASE)) as opened:
        yield opened
        opened.execute("delete from staging.stg_bank_statements where statement_ref <> 'S1'")
        opened.execute("truncate ops.alert, ops.notification cascade")


@pytest.fixture
def look(connection, mail):
    """Look some minutes after the second day; returns the messages that were sent, by reason."""
    alerting = Alerting(roles=ROLES)

    def send(channel, recipients, message):
        AlertNotifier(channel, recipients, message, alerting).notify({})

    def run(minutes=0):
        at = hospital.SECOND + timedelta(minutes=minutes)
        telling = Telling(connection, alerting, send, at, at)
        tell_gaps(telling)
        return telling.sent

    return run


def comes(connection, ref, day, opening, closing, *, number=None, account=OURS):
    """A statement becomes known."""
    row = {
        "statement_ref": ref, "_record_key": ref, "from_date": day, "to_date": day, "opening_amount": opening,
        "closing_amount": closing, "statement_number": number, "account_ref": account,
    }  # fmt: skip
    connection.execute(COMES, [json.dumps(row)])


def test_missing_numbers_and_balances_that_do_not_continue_are_told_once_until_the_late_statement_comes(
    connection, look, mail
):
    comes(connection, "S2", "2026-03-31", 10, 7, number="12")
    comes(connection, "S2 again", "2026-03-31", 10, 7, number="12")  # a copy leaves no gap
    assert look() == {}
    comes(connection, "S4", "2026-04-02", 7, 5, number="14")
    comes(connection, "A", "2026-04-01", 0, 4, account=IBAN)
    comes(connection, "C", "2026-04-02", 3.99, 9, account=IBAN)
    assert look(5) == {"opened": 1}
    assert look(10) == look(60 * 72) == {}
    comes(connection, "S3", "2026-04-01", 7, 7, number="13")
    assert look(60 * 73) == {"resolved": 1}
    assert look(60 * 74) == {}
    assert [(to, subject) for to, subject, _ in mail.mails] == [
        (["treasury@hospital.example"], "Tieout: 2 gaps in banks' statements for treasury"),
        (["treasury@hospital.example"], "Tieout: 1 gap in banks' statements is filled (treasury)"),
    ]
    told, filled = (text for _, _, text in mail.mails)
    numbers = f"H1, {OURS}: numbers are missing between 2026-03-31 and statement 14 of 2026-04-02"
    balances = "the statement of 2026-04-02 does not open with what the one of 2026-04-01 closed with"
    assert numbers in told
    assert balances in told
    assert IBAN not in told
    assert numbers in filled
    assert balances not in filled
    standing = connection.execute("select role, runbook from ops.alert where state = 'open'").fetchall()
    assert standing == [("treasury", "reconcile")]
