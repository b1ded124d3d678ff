"""The short form of the fault suite (docs/guides/chaos.md): faults strike while two days are processed without Airflow.

The same days are processed undisturbed first. Tasks that fail are tried again, as Airflow does.
"""

import random
import secrets
import shutil
import signal
import tempfile
import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import os
import psycopg
import pytest

from chaos import network
from chaos.books import KINDS, Books, Ending, Parts, differences, ending, open_books
from sandbox.settings import load_config
from tests.support.pipeline import CHECKOUT, Pipeline, running_estate
from tieout.errors import TieoutError
from tieout.landing.manifest import Interval
from tieout.warehouse.migrate import migrate
from tieout import settings

SYSTEMS = ("erp_main", "erp_west", "ap", "supply", "bank", "contracts")
HISTORY_DAYS = 4
TRIES = 8
SESSION = "select pid from pg_stat_activity where application_name = 'tieout' and datname = %s and pid <> all(%s)"
STORMS = (
    network.throttle,
    network.fail,
    network.answer_late,
    network.cut_answers,
    network.expire_tokens,
    network.skew_clock,
    network.cut_sftp,
)


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
            except (TieoutError, psycopg.Error):
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
    targets.write_text(text.replace("first_seconds: 1,", "first_seconds: 0.1,"))
    yield folder / "config"
    shutil.rmtree(folder)


@pytest.fixture(scope="module")
def undisturbed(postgres, config) -> Ending:
    """What the days end in without faults."""
    _, found, books = play(postgres, config, storms=(), kill=False)
    assert books.balanced, books.findings
    return found


def test_nothing_is_lost_or_doubled_while_sources_and_targets_fail(postgres, config, undisturbed):
    met, found, books = play(postgres, config, storms=STORMS, kill=False)
    assert {kind: books.findings[kind] for kind in KINDS if books.count(kind)} == {}
    assert {kind: texts for kind, texts in differences(undisturbed, found).items() if texts} == {}
    assert met.keys() == {
        "throttling",
        "server_errors",
        "late_answers",
        "cut_answers",
        "expired_tokens",
        "clock_skew",
        "cut_sftp",
    }


def play(postgres, config: Path, *, storms, kill: bool) -> tuple[dict[str, int], Ending, Books]:
    """Process history and a day, the day under faults; return how often they struck, and what it ended in."""
    home = Path(tempfile.mkdtemp(prefix="tieout-faults-"))
    home.chmod(0o755)
    name = f"faults_{secrets.token_hex(6)}"
    dsn = postgres.create_database(name)
    migrate(dsn, settings.objects_dir())
    try:
        with running_estate(postgres, home, volume=0.4, entities=["H1", "H3"], token_seconds=130) as estate:
            pipeline = Stubborn(dsn, home, estate, config)
            start = pipeline.now()
            storm = network.Storm(estate, random.Random(7), too_late_seconds=1.5)
            for begin in storms:
                begin(storm)
            end = estate.advance(HISTORY_DAYS)[1]
            pipeline.extract_all(Interval(start, end))
            pipeline.publish_all(pipeline.transform())
            met = storm.end()
            end = estate.advance(1)[1]
            pipeline.extract_all(Interval(end - timedelta(days=1), end))
            pipeline.publish_all(pipeline.transform())
            parts = Parts(dsn, load_config(home / "estate.json").dsn, estate, config, home / "estate.json")
            return met, ending(dsn), open_books(parts, end)
    finally:
        postgres.drop_database(name)
        shutil.rmtree(home)
