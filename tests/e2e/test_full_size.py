"""The demo at full size: a backfilled week changes nothing, and two runs from clean end in equal marts."""

import base64
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import psycopg
import pytest

from launcher.display import Display
from launcher.files import write_json
from launcher.play import play
from launcher.stack import Stack
from tests.e2e.differences import AFTER_A_BACKFILL, BETWEEN_TWO_DEMOS
from tests.e2e.snapshot import mart_hashes, snapshot
from tests.e2e.steps import backfill

pytestmark = [pytest.mark.e2e, pytest.mark.slow]

WEEK = 7
KEY = base64.urlsafe_b64encode(bytes(range(32))).decode()
EXTRACTIONS = ("extract_erp", "extract_ap", "extract_supply", "extract_bank", "extract_files")


def test_a_backfilled_week_changes_nothing_and_two_demos_end_in_equal_marts():
    with a_demo() as stack:
        first = marts_of(stack)
        a_backfilled_week_changes_nothing(stack)
    with a_demo() as stack:
        second = marts_of(stack)
    assert first
    assert sorted(name for name in first | second if first.get(name) != second.get(name)) == []


@contextmanager
def a_demo() -> Iterator[Stack]:
    """Play the demo at full size from clean, each with the same key of tokens: payments' ids are made of accounts'."""
    home = Path(tempfile.mkdtemp(prefix="tieout-demo-"))
    home.chmod(0o755)
    stack, display = Stack(home, durable=False), Display()
    write_json(stack.layout.secrets_file, {"token_key": KEY})
    try:
        with stack.running(display.step):
            play(stack, display)
            yield stack
    finally:
        display.close()
        shutil.rmtree(home, ignore_errors=True)


def a_backfilled_week_changes_nothing(stack: Stack) -> None:
    """Backfill the last week of every source, and compare all tables."""
    before = snapshot(stack.warehouse_dsn, without=AFTER_A_BACKFILL)
    last = stack.estate.clock()[1].date() - timedelta(days=1)
    for dag_id in EXTRACTIONS:
        runs = backfill(stack, dag_id, last - timedelta(days=WEEK - 1), last)
        assert [run.state for run in runs] == ["success"] * WEEK, dag_id
    after = snapshot(stack.warehouse_dsn, without=AFTER_A_BACKFILL)
    assert sorted(name for name in before | after if before.get(name) != after.get(name)) == []


def marts_of(stack: Stack) -> dict[str, str]:
    """Return hashes of the marts."""
    with psycopg.connect(stack.warehouse_dsn) as connection:
        return mart_hashes(connection, BETWEEN_TWO_DEMOS)
