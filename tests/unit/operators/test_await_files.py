"""An extraction waits for the files of its interval, but not for ever."""

import asyncio
import time
from datetime import UTC, datetime, timedelta

import pytest
from airflow.triggers.base import BaseTrigger, TriggerEvent

from tieout import settings
from tieout.operators.await_files import FilesCame

FOUND = {"status": "success", "message": "Sensed 1 files"}
BROKEN = {"status": "error", "message": "Connection refused"}
FAR = timedelta(hours=1)
SOON = timedelta(seconds=0.1)


def awaited(feed, patience=FAR):
    """Return what the trigger is given for a feed."""
    return {
        "feed": feed,
        "sftp_conn_id": "supply",
        "path": "/base/out",
        "file_pattern": f"{feed}_*",
        "newer_than": "2026-03-31T00:00:00+00:00",
        "until": (settings.wall_now() + patience).isoformat(),
    }


class Sensor(BaseTrigger):
    """Stands for the provider's trigger: fires with a payload at once, or never."""

    def __init__(self, payload):
        super().__init__()
        self.payload = payload

    def serialize(self):
        raise NotImplementedError

    async def run(self):
        if self.payload is None:
            await asyncio.sleep(60)
        yield TriggerEvent(self.payload)


def fired(payloads, patience=SOON):
    """Run a trigger whose feeds' sensors fire with these payloads; return the events."""
    trigger = FilesCame([awaited(feed, patience) for feed in payloads])
    trigger._sensor = lambda one: Sensor(payloads[one["feed"]])

    async def events():
        return [event.payload async for event in trigger.run()]

    return asyncio.run(events())


def test_it_fires_once_when_all_files_are_there():
    assert fired({"receipts": FOUND, "moves": FOUND}, patience=FAR) == [{"missing": []}]


def test_it_names_what_is_missing_when_the_patience_is_over():
    assert fired({"receipts": None, "moves": FOUND}) == [{"missing": ["receipts"]}]


def test_it_does_not_wait_for_a_server_that_cannot_be_reached():
    assert fired({"receipts": BROKEN}, patience=FAR) == [{"missing": []}]


def test_it_ends_at_once_when_the_triggerer_was_down_until_the_patience_was_over():
    assert fired({"receipts": None}, patience=-FAR) == [{"missing": ["receipts"]}]


def test_the_triggerer_can_make_the_same_trigger_again():
    path, arguments = FilesCame([awaited("receipts")], poll_seconds=3).serialize()
    assert path == "tieout.operators.await_files.FilesCame"
    assert FilesCame(**arguments).serialize() == (path, arguments)


@pytest.mark.parametrize("zone", ["UTC", "America/Chicago", "Asia/Tokyo"])
def test_a_file_is_as_old_as_it_is_wherever_the_machine_stands(zone, monkeypatch):
    monkeypatch.setenv("TZ", zone)
    time.tzset()
    try:
        sensor = FilesCame([])._sensor(awaited("receipts"))
        read_alike = sensor._get_async_hook()._mod_time_to_utc
        first = datetime(2026, 3, 31, tzinfo=UTC).timestamp()
        assert read_alike(first) >= sensor.newer_than_utc > read_alike(first - 1)
    finally:
        monkeypatch.undo()
        time.tzset()
