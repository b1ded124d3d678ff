"""The short form of the fault suite (docs/guides/chaos.md): faults strike while days are processed without Airflow.

The same days are processed undisturbed first. Tasks that fail are tried again, as Airflow does.
"""

import os
import random
import secrets
import shutil
import signal
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

import psycopg
import pytest
from psycopg.types.json import Jsonb

from chaos import network
from chaos.books import KINDS, Books, Ending, Parts, differences, ending, open_books
from chaos.configuration import impatient
from launcher.errors import LaunchError
from sandbox.settings import load_config
from tests.support.bodies import most
from tests.support.pipeline import CHECKOUT, Pipeline, running_estate
from tieout import settings
from tieout.archive.keys import Keys
from tieout.archive.store import Archive
from tieout.errors import TieoutError
from tieout.feedback.targets import load_targets
from tieout.landing.manifest import Interval
from tieout.warehouse.migrate import migrate

SYSTEMS = ("erp_main", "erp_west", "ap", "supply", "bank", "contracts")
DAYS = 4
TRIES = 8
SECONDS = 60
KEYS = Keys(encryption=[bytes(32)], token=bytes(32))  # tokens of two runs are compared
LANDING = """
select pid from pg_stat_activity
where application_name = 'tieout' and datname = current_database() and query ilike 'copy%'
"""
CONCLUDED = """
insert into fb.fb_desired_state (
    target, operation, entity_id, subject_type, subject_id, target_key, body, facts_sha256, readback
)
values (
    'supply_files', 'receipt_discrepancy', 'DC1', 'discrepancy', %(name)s::text, %(name)s::text, %(body)s,
    encode(sha256(convert_to(%(name)s::text, 'UTF8')), 'hex'), 'open|'
)
"""
STORMS = (
    network.throttle,
    network.fail,
    network.answer_late,
    network.cut_answers,
    network.expire_tokens,
    network.skew_clock,
    network.cut_sftp,
    network.cut_sftp_put,
)
STRUCK = {
    "throttling",
    "server_errors",
    "late_answers",
    "cut_answers",
    "expired_tokens",
    "clock_skew",
    "cut_sftp",
    "cut_sftp_put",
    "killed_session",
}


class Stubborn(Pipeline):
    """A pipeline whose steps are tried again, and that does not wait between the tries."""

    def extract_all(self, interval: Interval) -> None:
        """Land every source, each as often as it takes."""
        for system in SYSTEMS:
            self.again(lambda system=system: self.extract(interval, [system]))

    def again(self, step: Callable[[], object]) -> None:
        """Take a step until it succeeds."""
        for _ in range(TRIES):
            try:
                step()
            except (TieoutError, LaunchError, psycopg.Error):
                continue
            return
        step()

    def publish_all(self, run_id: str) -> None:
        """Publish until no message waits."""
        self.again(lambda: self.publish(run_id))
        while self.query("select 1 from feedback.queue limit 1"):
            self.again(lambda: self.publish(run_id))

    def _context(self, configuration):
        return replace(super()._context(configuration), pause=lambda _: None)


@pytest.fixture(scope="module")
def config() -> Iterator[Path]:
    """The configuration, with targets that are waited for a second instead of ten."""
    folder = Path(tempfile.mkdtemp(prefix="tieout-faults-"))
    shutil.copytree(CHECKOUT / "config", folder / "config")
    targets = folder / "config" / "feedback" / "targets.yml"
    text = targets.read_text().replace("timeout_seconds: 10", "timeout_seconds: 1")
    targets.write_text(impatient(text.replace("first_seconds: 1,", "first_seconds: 0.1,"), 1))
    yield folder / "config"
    shutil.rmtree(folder)


@pytest.fixture(scope="module")
def undisturbed(postgres, config) -> Ending:
    """What the days end in without faults."""
    found, books = play(postgres, config, lambda _: lambda: None)
    assert books.balanced, books.findings
    return found


def test_nothing_is_lost_or_doubled_while_sources_targets_and_database_fail(postgres, config, undisturbed):
    met: Counter[str] = Counter()

    def disturb(pipeline: Stubborn) -> Callable[[], None]:
        storm = network.Storm(pipeline.estate, random.Random(7), too_late_seconds=1.5)
        for begin in STORMS:
            begin(storm)
        killing = threading.Thread(target=lambda: met.update(kill_a_session(pipeline)))
        killing.start()

        def end() -> None:
            killing.join()
            met.update(storm.end())

        return end

    found, books = play(postgres, config, disturb)
    assert {kind: books.findings[kind] for kind in KINDS if books.count(kind)} == {}
    assert [text for texts in differences(undisturbed, found).values() for text in texts] == []
    assert {name for name, times in met.items() if times} == STRUCK


def kill_a_session(pipeline: Stubborn) -> dict[str, int]:
    """Kill the session that lands the first rows: PostgreSQL ends all others, too, and recovers."""
    deadline = time.monotonic() + SECONDS
    while time.monotonic() < deadline:
        row = None
        with suppress(psycopg.Error), psycopg.connect(pipeline.dsn, application_name="looks") as connection:
            row = connection.execute(LANDING).fetchone()
        if row:
            os.kill(row[0], signal.SIGKILL)
            return {"killed_session": 1}
        time.sleep(0.02)
    return {}


def conclude_discrepancies(pipeline: Stubborn) -> None:
    """Let there be something to tell by file: so few days have none."""
    schema = load_targets(pipeline.config / "feedback")["supply_files"].operations["receipt_discrepancy"].schema
    with psycopg.connect(pipeline.dsn) as connection:
        for name in ("D1", "D2", "D3"):
            body = Jsonb({**most(dict(schema)), "discrepancyId": name})
            connection.execute(CONCLUDED, {"name": name, "body": body})


def play(postgres, config: Path, disturb: Callable[[Stubborn], Any]) -> tuple[Ending, Books]:
    """Process some days, which ``disturb`` disturbs until what it returns is called; return what they ended in."""
    home = Path(tempfile.mkdtemp(prefix="tieout-faults-"))
    home.chmod(0o755)
    dsn = postgres.create_database(f"faults_{secrets.token_hex(6)}")
    migrate(dsn, settings.objects_dir())
    try:
        with running_estate(postgres, home, volume=0.4, entities=["H1", "H3"], token_seconds=130) as estate:
            pipeline = Stubborn(dsn, home, estate, config)
            pipeline.keys = KEYS
            start, end = pipeline.now(), estate.advance(DAYS)[1]
            ended = disturb(pipeline)
            pipeline.extract_all(Interval(start, end))
            run = pipeline.transform()
            conclude_discrepancies(pipeline)
            pipeline.publish_all(run)
            ended()
            parts = Parts(
                dsn, load_config(home / "estate.json").dsn, estate, Archive(f"file://{home / 'archive'}", KEYS),
                config, home / "estate.json", frozenset(SYSTEMS),
            )  # fmt: skip
            return ending(dsn), open_books(parts, end)
    finally:
        postgres.drop_database(dsn.rsplit("/", 1)[-1])
        shutil.rmtree(home)
