"""Waits, deferred, for the files of an interval that have not come when its extraction starts."""

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import aclosing
from datetime import datetime
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any

from airflow.triggers.base import BaseTrigger, TriggerEvent

from tieout import settings
from tieout.operators.connections import resolve, sftp_client, warehouse_dsn

if TYPE_CHECKING:
    from tieout.landing.awaited import Awaited
    from tieout.landing.manifest import Interval
    from tieout.landing.profile import Profile

log = logging.getLogger(__name__)


def files_to_await(profile: "Profile", interval: "Interval") -> list[dict[str, str]]:
    """Look once, and return the files to wait for as ``FilesCame`` takes them; none where there is nothing to wait for.

    What cannot be looked at is not waited for: the extraction meets the same obstacle and reports it.
    """
    from tieout.landing.awaited import awaited_files

    missing = awaited_files(
        profile, interval, settings.business_now(), lambda awaited: _has_come(profile.system, awaited)
    )
    return [_described(awaited) for awaited in missing]


class FilesCame(BaseTrigger):
    """Fires when the file of each feed is there or its time is over, and names the feeds whose file did not come.

    Args:
        awaited: by feed: ``feed``, its name; ``sftp_conn_id``; ``path`` of the folder; ``file_pattern``;
            ``newer_than``, the earliest time of the file; ``until``, when its time is over by the wall clock. Both
            times in ISO 8601.
        poll_seconds: time between two looks at a server.
    """

    def __init__(self, awaited: list[dict[str, str]], poll_seconds: float = 15.0) -> None:
        super().__init__()
        self.awaited = awaited
        self.poll_seconds = poll_seconds

    def serialize(self) -> tuple[str, dict[str, Any]]:
        """Return what the triggerer needs to make the trigger again."""
        return (
            "tieout.operators.await_files.FilesCame",
            {"awaited": self.awaited, "poll_seconds": self.poll_seconds},
        )

    async def run(self) -> AsyncIterator[TriggerEvent]:
        """Wait for all feeds at once."""
        in_time = await asyncio.gather(*(self._ended_in_time(one) for one in self.awaited))
        missing = [one["feed"] for one, ended in zip(self.awaited, in_time, strict=True) if not ended]
        yield TriggerEvent({"missing": missing})

    async def _ended_in_time(self, one: dict[str, str]) -> bool:
        """Return whether the wait for a feed ended before its time was over."""
        left = datetime.fromisoformat(one["until"]) - settings.wall_now()
        try:
            async with asyncio.timeout(left.total_seconds()):
                event = await _first(self._sensor(one))
        except TimeoutError:
            return False
        if event["status"] == "error":
            # A server that cannot be reached is the extraction's to report.
            self.log.warning("No longer waiting for %s: %s", one["feed"], event["message"])
        return True

    def _sensor(self, one: dict[str, str]) -> BaseTrigger:
        from airflow.providers.sftp.triggers.sftp import SFTPTrigger

        # The provider reads a file's time as local time without a zone; what it is compared with must be read alike,
        # or on a machine that is not in UTC files would seem older or younger than they are by its offset.
        since = datetime.fromtimestamp(datetime.fromisoformat(one["newer_than"]).timestamp())  # noqa: DTZ006
        return SFTPTrigger(
            path=one["path"],
            file_pattern=one["file_pattern"],
            sftp_conn_id=one["sftp_conn_id"],
            newer_than=since,
            poke_interval=self.poll_seconds,
        )


async def _first(trigger: BaseTrigger) -> dict[str, Any]:
    async with aclosing(trigger.run()) as events:
        return (await anext(events)).payload


def _has_come(system: str, awaited: "Awaited") -> bool:
    try:
        return _taken(system, awaited) or _there(awaited)
    except Exception as error:  # whatever it is, the extraction meets it again
        log.warning("Not waiting for %s, which could not be looked for: %s", awaited.feed.name, error)
        return True


def _taken(system: str, awaited: "Awaited") -> bool:
    """Whether the file was taken before: by an earlier attempt, or by a run that is repeated."""
    from tieout.landing.taken_files import taken_since
    from tieout.warehouse.connection import connect

    with connect(warehouse_dsn()) as connection:
        return taken_since(connection, system, awaited.feed.name, awaited.since)


def _there(awaited: "Awaited") -> bool:
    from tieout.sources.files import has_come
    from tieout.sources.sftp import SftpFiles, entered

    with entered(sftp_client(awaited.feed.connection)) as client:
        listing = SftpFiles(client, _base(awaited)).listing(awaited.read.directory)
    return has_come(listing, awaited.read, awaited.since)


def _described(awaited: "Awaited") -> dict[str, str]:
    from tieout.sources.files import safe_directory, sign

    return {
        "feed": awaited.feed.name,
        "sftp_conn_id": awaited.feed.connection,
        "path": str(PurePosixPath(_base(awaited)) / safe_directory(awaited.read.directory)),
        "file_pattern": sign(awaited.read),
        "newer_than": awaited.since.isoformat(),
        "until": (settings.wall_now() + awaited.patience).isoformat(),
    }


def _base(awaited: "Awaited") -> str:
    """Return the folder that the feed's folder is relative to."""
    return str(resolve(awaited.feed.connection).extra.get("path", ""))
