"""What is known after quiet: rows and effects that are missing or there twice, and what a whole run ended in."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import psycopg
from psycopg import sql

from chaos.effects import Effect, Message, canonical, compare
from chaos.sources import OBJECTS, doubled_rows, lost_rows
from launcher import credentials
from launcher.estate import Estate
from launcher.stack import Stack
from tests.e2e.differences import AFTER_FAULTS, KPIS_AFTER_FAULTS
from tests.e2e.snapshot import mart_hashes
from tieout.archive.keys import Keys
from tieout.archive.store import Archive
from tieout.audit.upkeep import check
from tieout.audit.verify import verify
from tieout.feedback.difference import Stated
from tieout.feedback.difference import differences as untold
from tieout.feedback.targets import Target, load_targets
from tieout.landing.configuration_files import load_configuration
from tieout.landing.profile import Profile
from tieout.warehouse.connection import connect

MESSAGES = """
select m.target, m.operation, o.target_key, m.sequence, o.idempotency_key, o.body, m.state, o.facts_sha256
from feedback.message_state as m
inner join feedback.outbox as o using (message_id)
where m.mode = 'live'
"""
DEAD = "select count(*) from feedback.message_state where state = 'dead'"
LINEAGE = "select _source_system, _record_key, _row_sha256, _source_updated_at::text from raw.{}"
KINDS = ("rows lost", "rows doubled", "effects lost", "effects doubled", "dead letters", "audit faults")


@dataclass(frozen=True)
class Books:
    """Findings by kind (``KINDS``), one text for each."""

    findings: dict[str, list[str]] = field(default_factory=dict)

    def count(self, kind: str) -> int:
        """Return how many findings of a kind there are."""
        return len(self.findings.get(kind, []))

    @property
    def balanced(self) -> bool:
        """Whether nothing was found."""
        return not any(self.findings.values())


@dataclass(frozen=True)
class Ending:
    """What a run ended in: hashes of the marts, and how often each version of a record is in raw, by object."""

    marts: dict[str, str]
    raw: dict[str, dict[str, int]]


@dataclass(frozen=True)
class Parts:
    """Where the books of a deployment are; ``systems`` are the sources that are looked at, all where none are named."""

    warehouse_dsn: str
    estate_dsn: str
    estate: Estate
    archive: Archive
    config: Path
    estate_config: Path
    systems: frozenset[str] = frozenset()

    @classmethod
    def of(cls, stack: Stack) -> "Parts":
        """Return those of a stack."""
        layout = stack.layout
        secrets = credentials.load(layout.secrets_file)
        keys = Keys([secrets.encryption_key.encode()], secrets.token_key.encode())
        archive = Archive(f"file://{layout.home / 'archive'}", keys)
        estate_dsn = stack.postgres.dsn("estate")
        return cls(stack.warehouse_dsn, estate_dsn, stack.estate, archive, layout.config, layout.estate_config)


def open_books(parts: Parts, until: datetime) -> Books:
    """Compare the source systems with raw, and what they did with the outbox.

    Args:
        parts: of a deployment that is quiet.
        until: the end of the last interval that was extracted.
    """
    with psycopg.connect(parts.warehouse_dsn) as warehouse, psycopg.connect(parts.estate_dsn) as estate:
        effects = [
            Effect(one["target"], one["operation"], one["subject"], one["key"], canonical(one["body"]))
            for one in parts.estate.effects()
        ]
        targets = load_targets(parts.config / "feedback")
        lost, doubled = compare(_messages(targets, warehouse), effects)
        dead = warehouse.execute(DEAD).fetchone()
        return Books(
            {
                "rows lost": lost_rows(warehouse, estate, _profiles(parts), parts.estate_config, until),
                "rows doubled": doubled_rows(warehouse),
                "effects lost": lost + never_told(targets, warehouse),
                "effects doubled": doubled,
                "audit faults": _audit(parts.warehouse_dsn, parts.archive, until),
                "dead letters": ["a dead letter"] * (dead[0] if dead else 0),
            }
        )


def ending(warehouse_dsn: str) -> Ending:
    """Return what a run ended in."""
    with psycopg.connect(warehouse_dsn) as warehouse:
        raw = {
            name: dict(Counter("|".join(map(str, row)) for row in warehouse.execute(_lineage(name))))
            for (name,) in warehouse.execute(OBJECTS).fetchall()
        }
        return Ending(mart_hashes(warehouse, AFTER_FAULTS, KPIS_AFTER_FAULTS), raw)


def differences(undisturbed: Ending, disturbed: Ending) -> dict[str, list[str]]:
    """Return in what two runs differ: versions that are missing or too many in raw, and marts."""
    lost, doubled = [], []
    for name in undisturbed.raw.keys() | disturbed.raw.keys():
        before, after = (Counter(one.raw.get(name, {})) for one in (undisturbed, disturbed))
        lost += [f"raw.{name} {version}" for version in (before - after).elements()]
        doubled += [f"raw.{name} {version}" for version in (after - before).elements()]
    names = undisturbed.marts.keys() | disturbed.marts.keys()
    marts = sorted(name for name in names if undisturbed.marts.get(name) != disturbed.marts.get(name))
    return {"missing in raw": sorted(lost), "too many in raw": sorted(doubled), "marts": marts}


def _audit(warehouse_dsn: str, archive: Archive, now: datetime) -> list[str]:
    """Return what is wrong with the trail, after the day's end of it was anchored where nothing was."""
    with connect(warehouse_dsn) as connection:
        check(connection, archive, now)
        report = verify(connection, archive)
    return report.findings.shown or ([] if report.anchors else ["no anchor knows the chain"])


def _profiles(parts: Parts) -> list[Profile]:
    profiles = load_configuration(parts.config).profiles.values()
    return [profile for profile in profiles if not parts.systems or profile.system in parts.systems]


def never_told(targets: Mapping[str, Target], warehouse: psycopg.Connection) -> list[str]:
    """Return the conclusions of which no message was made."""
    stated = Stated("select * from fb.fb_desired_state", "", datetime.now(UTC))
    return [
        f"{one.target} {one.operation} {one.target_key}: never told"
        for chunk in untold(warehouse, stated, targets)
        for one in chunk
        if one.mode == "live"
    ]


def _messages(targets: Mapping[str, Target], warehouse: psycopg.Connection) -> list[Message]:
    return [
        Message(
            target, operation, target_key, sequence, key, canonical(body), state, _keyed(targets, target, operation),
            facts,
        )
        for target, operation, target_key, sequence, key, body, state, facts in warehouse.execute(MESSAGES)
    ]  # fmt: skip


def _keyed(targets: Mapping[str, Target], target: str, operation: str) -> bool:
    return targets[target].operations[operation].send.once_by == "idempotency_key"


def _lineage(name: str) -> sql.Composed:
    return sql.SQL(LINEAGE).format(sql.Identifier(name))
