"""From archived payloads to raw: one transaction for the rows of a pull and everything that is noted about them."""

import re
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime

import psycopg

from tieout.archive.keys import Keys
from tieout.archive.store import Archive
from tieout.errors import ContractBroken
from tieout.landing.batches import Batch, BatchKey, batch_exists, lock_feed, record_batch
from tieout.landing.configuration_files import Configuration
from tieout.landing.entities import codes_of, codes_sha256, maps_of
from tieout.landing.expressions import Vocabulary
from tieout.landing.manifest import Entry, Interval
from tieout.landing.mapping import Facts
from tieout.landing.parse import FeedParser, ObjectRows
from tieout.landing.profile import Feed, Profile
from tieout.landing.raw import BatchFacts, PayloadFacts, RawLoader
from tieout.sources.files import FileRead


@dataclass(frozen=True)
class Landed:
    """What became of one object of a pull.

    Attributes:
        batch_id: of the batch; also where it was there already.
        rows_read: rows that the payloads yielded.
        rows_landed: rows that were new.
    """

    object: str
    batch_id: str
    rows_read: int = 0
    rows_landed: int = 0


@dataclass(frozen=True)
class Landing:
    """What stays the same while the pulls of a source are landed."""

    configuration: Configuration
    profile: Profile
    archive: Archive
    keys: Keys
    origin: str
    trace_id: str

    @property
    def entity_codes(self) -> dict[str, str]:
        """What the source's codes of entities stand for."""
        return codes_of(self.configuration.entities, self.profile.system)

    @property
    def entity_codes_sha256(self) -> str:
        """The hash of those codes, and of the codes that entities spell otherwise."""
        return codes_sha256(self.entity_codes, maps_of(self.configuration.entities, self.profile.system))

    def vocabulary(self) -> Vocabulary:
        """Return what the profile's mappings refer to."""
        own_maps = maps_of(self.configuration.entities, self.profile.system)
        return Vocabulary(self.profile.maps, self.entity_codes, self.keys, own_maps)


@dataclass(frozen=True)
class PullFacts:
    """A pull, or one file of it, that is landed as a whole."""

    interval: Interval
    manifest: str
    content_sha256: str
    entries: Sequence[Entry] = field(default_factory=tuple)


def land(
    connection: psycopg.Connection, landing: Landing, feed: Feed, pull: PullFacts, now: datetime, *, own: bool = False
) -> list[Landed]:
    """Load a pull into raw, in the caller's transaction; what is there already is recognised.

    Args:
        connection: to the warehouse.
        landing: what stays the same.
        feed: what is landed.
        pull: its payloads, in the archive.
        now: business time of landing.
        own: whether it is our own configuration: it may be empty, and leaves no batch where nothing changed.

    Raises:
        MalformedPayload: a payload does not parse; the caller rolls back.
        ContractBroken: a full read that others are swept by brought nothing.
    """
    lock_feed(connection, landing.profile.system, feed.name)
    keys = {mapping.object: _batch_key(landing, feed, mapping.object, pull) for mapping in feed.objects}
    if all(batch_exists(connection, key) for key in keys.values()):
        return [Landed(name, key.batch_id) for name, key in keys.items()]
    parser = FeedParser(feed, landing.configuration.contracts, landing.vocabulary())
    payloads = PayloadFacts()
    with ThreadPoolExecutor(1, thread_name_prefix="landing") as worker:
        loaders = {
            target.mapping.object: RawLoader(
                connection,
                worker,
                target.contract,
                BatchFacts(
                    keys[target.mapping.object].batch_id,
                    landing.profile.system,
                    landing.profile.version,
                    now,
                    landing.trace_id,
                ),
                payloads,
                latest_only=target.mapping.updated_at is None,
                remember_keys=target.mapping.sweep,
                promoted_only=target.mapping.sweep and isinstance(feed.read, FileRead) and not own,
            )
            for target in parser.objects
        }
        for entry in pull.entries:
            number = payloads.add(entry.sha256, _payload_time(entry, pull.interval))
            facts = facts_of(landing.profile.system, entry, pull.interval)
            for target, lines in parser.parse(landing.archive.opener(entry.sha256), number, facts):
                loaders[target.mapping.object].add(lines)
        for loader in loaders.values():
            loader.flush()
    return [
        _finish(
            connection,
            landing,
            feed,
            target,
            loaders[target.mapping.object],
            keys[target.mapping.object],
            pull,
            now,
            own,
        )
        for target in parser.objects
    ]


def _finish(
    connection: psycopg.Connection,
    landing: Landing,
    feed: Feed,
    target: ObjectRows,
    loader: RawLoader,
    key: BatchKey,
    pull: PullFacts,
    now: datetime,
    own: bool,
) -> Landed:
    loader.finish()
    if target.mapping.sweep:
        if not target.number and not own:
            raise ContractBroken(
                f"A full read of {key.feed} of {key.source_system} brought nothing: every record would be deleted.",
                "If the source is empty indeed, take `sweep` out of its profile.",
            )
        others = [each.name for each in landing.profile.feeds if each.name != key.feed and _sweeps(each, key.object)]
        at = pull.interval.end if own else _swept_at(feed, pull)
        loader.sweep(target.number, key.payload_sha256, at, others)
    if loader.landed or (target.number and not own):
        record_batch(
            connection,
            Batch(
                key=key,
                manifest=pull.manifest,
                contract_version=target.contract.version,
                rows_read=target.number,
                rows_landed=loader.landed,
                missing_fields=target.missing,
                unknown_fields=target.unknown,
                origin=landing.origin,
                trace_id=landing.trace_id,
                landed_at=now,
            ),
        )
    return Landed(target.mapping.object, key.batch_id, target.number, loader.landed)


def _sweeps(feed: Feed, object_name: str) -> bool:
    return any(mapping.object == object_name and mapping.sweep for mapping in feed.objects)


def _swept_at(feed: Feed, pull: PullFacts) -> datetime:
    """Return from when a record that is missing is gone: a file speaks for its own time."""
    if isinstance(feed.read, FileRead) and pull.entries:
        return _payload_time(pull.entries[-1], pull.interval)
    return pull.interval.end


def _batch_key(landing: Landing, feed: Feed, object_name: str, pull: PullFacts) -> BatchKey:
    return BatchKey(
        source_system=landing.profile.system,
        feed=feed.name,
        object=object_name,
        interval=pull.interval,
        payload_sha256=pull.content_sha256,
        profile_version=landing.profile.version,
        entity_codes_sha256=landing.entity_codes_sha256,
    )


def _payload_time(entry: Entry, interval: Interval) -> datetime:
    """Return the time that stands in where the source does not say when a record changed."""
    return datetime.fromisoformat(entry.modified_at) if entry.modified_at else interval.end


def facts_of(system: str, entry: Entry, interval: Interval) -> Facts:
    """Return the values of paths that begin with ``@``."""
    return {
        "@file": re.sub(r"[\t\r\n]", " ", entry.name),
        "@file_time": entry.modified_at or interval.end.isoformat(),
        "@interval_start": interval.start.isoformat(),
        "@interval_end": interval.end.isoformat(),
        "@system": system,
    }
