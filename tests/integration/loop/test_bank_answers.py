"""What the bank answers to files of payments lands as the rows of its objects, and nothing else of it does."""

import secrets
import shutil
import tempfile
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from launcher.postgres import EmbeddedPostgres
from tests.support.payment_files import CLINIC, LAKE, Pay, nacha, pain001
from tests.support.pipeline import Pipeline, running_estate
from tieout.alerts.alerting import Alerting, Recipients
from tieout.alerts.notices import tell_gaps
from tieout.alerts.tell import Telling
from tieout.landing.manifest import Interval
from tieout.warehouse.connection import connect

VENDOR = "880000004711"
FAULTY = "021000022"  # a routing number whose check digit is another


@pytest.fixture
def pipeline(postgres: EmbeddedPostgres, warehouse_template: str) -> Iterator[Pipeline]:
    """A pipeline of its own: days pass here that nothing but the bank's files is read of."""
    home = Path(tempfile.mkdtemp(prefix="tieout-answers-"))
    home.chmod(0o755)
    name = f"answers_{secrets.token_hex(6)}"
    dsn = postgres.create_database(name, template=warehouse_template)
    with running_estate(postgres, home, volume=0.05, entities=["H2"]) as estate:
        yield Pipeline(dsn, home, estate)
    postgres.drop_database(name)
    shutil.rmtree(home)


@pytest.mark.slow
def test_answers_notifications_statements_and_corrections_of_the_bank_land(pipeline: Pipeline) -> None:
    start = pipeline.now()
    day = f"{start:%Y-%m-%d}"
    _send(
        pipeline,
        "m1.xml",
        pain001("M1", Pay("E1", "10.50", VENDOR), Pay("E2", "7.00", VENDOR, FAULTY), on=day),
    )
    _send(pipeline, "a1.ach", nacha(Pay("A1", "20.00", VENDOR), Pay("A2", "30.00", VENDOR), on=f"{start:%y%m%d}"))
    pipeline.estate.ask_bank("return", payment="A1")
    pipeline.estate.ask_bank("correction", payment="A2")
    end = pipeline.estate.advance(2)[1]
    pipeline.extract(Interval(end - timedelta(days=2), end), ["bank"])

    assert pipeline.query(
        "select level, end_to_end_id, status, reason_code from raw.payment_status"
        " where message_ref = 'M1' order by level, end_to_end_id"
    ) == [
        ("file", None, "PART", None), ("group", None, "PART", None),
        ("payment", "E1", "ACCP", None), ("payment", "E2", "RJCT", "RC01"),
    ]  # fmt: skip
    returned = (
        "select end_to_end_id, status, left(reason_code, 1) from raw.payment_status where end_to_end_id like 'A%'"
    )
    assert pipeline.query(returned) == [("A1", "RJCT", "R")]
    assert pipeline.query("select entity_id, end_to_end_id, amount from raw.bank_notification") == [
        ("H2", "E1", "-10.50")
    ]
    assert pipeline.query(
        "select statement.entity_id, entry.end_to_end_id, entry.amount from raw.bank_entry as entry"
        " join raw.bank_statement as statement using (statement_ref)"
        " where entry.end_to_end_id ~ '^[AE][12]$' order by 2, 3"
    ) == [("AMB1", "A1", "-20.00"), ("AMB1", "A1", "20.00"), ("AMB1", "A2", "-30.00"), ("H2", "E1", "-10.50")]
    assert pipeline.query(
        "select entity_id, end_to_end_id, left(correction_code, 1), account_last4 from raw.account_correction"
    ) == [("AMB1", "A2", "C", VENDOR[-4:])]
    assert pipeline.query("select object, field from ops.drift where source_system = 'bank'") == []
    for table in ("payment_status", "bank_notification", "bank_statement", "bank_entry", "account_correction"):
        for number in (VENDOR, LAKE, CLINIC):
            holding = f"select count(*) from raw.{table} as held where held::text like '%{number}%'"
            assert pipeline.query(holding) == [(0,)]


@pytest.mark.slow
def test_a_statement_that_the_bank_sends_late_is_a_gap_that_treasury_is_told_of_until_it_comes(
    pipeline: Pipeline,
) -> None:
    alerting, said = Alerting(roles={"treasury": Recipients(("treasury@hospital.example",))}), []

    def heard_after_a_day() -> list[str]:
        end = pipeline.estate.advance(1)[1]
        pipeline.extract(Interval(end - timedelta(days=1), end), ["bank"])
        pipeline.transform(select=["+fct_bank_statement"])
        before = len(said)
        with connect(pipeline.dsn) as connection:
            tell_gaps(Telling(connection, alerting, lambda *told: said.append(told[2].title), end, end))
        return said[before:]

    assert heard_after_a_day() == []
    pipeline.estate.ask_bank("missing_statement", entity="H2", after=2)
    assert heard_after_a_day() == []  # nothing shows yet that one is missing
    assert heard_after_a_day() == ["1 gap in banks' statements for treasury"]
    assert heard_after_a_day() == ["1 gap in banks' statements is filled (treasury)"]
    assert heard_after_a_day() == []


def _send(pipeline: Pipeline, name: str, content: bytes) -> None:
    with pipeline.open_sftp("bank") as bank:
        with bank.open(f"incoming/payments/{name}.part", "w") as file:
            file.write(content)
        bank.rename(f"incoming/payments/{name}.part", f"incoming/payments/{name}")
