"""Faults of the source systems, through the estate's control API (sandbox/README.md, Control API)."""

import random
from collections import Counter
from collections.abc import Callable
from typing import Any

from launcher.estate import Estate

READS = (("ap", "/v1/"), ("erp_west", "/api/"), ("supply_api", "/"))
WRITES = (("ap", "/v1/match-results"), ("erp_main_api", "/invoice-clearances"), ("erp_west", "/api/invoice-clearances"))
SKEW_SECONDS = 120.0
# Longer than a delivery waits for an answer (timeout_seconds in config/feedback/targets.yml).
TOO_LATE_SECONDS = 11.0


class Storm:
    """The faults that the estate was asked for, and on whose behalf.

    Args:
        estate: that runs.
        chance: of where faults strike.
        too_late_seconds: how late a late answer comes.
    """

    def __init__(self, estate: Estate, chance: random.Random, too_late_seconds: float = TOO_LATE_SECONDS) -> None:
        self.too_late_seconds = too_late_seconds
        self._estate = estate
        self._chance = chance
        self._asked: list[tuple[str, dict[str, Any]]] = []

    def ask(self, name: str, system: str, kind: str, **details: Any) -> None:
        """Put a fault in force, on behalf of the fault ``name``."""
        self._asked.append((name, self._estate.fault(system, kind, **details)))

    def some(self, most: int = 3) -> int:
        """Return how many requests go through before a fault."""
        return self._chance.randint(0, most)

    def one_of(self, values: tuple[int, ...]) -> int:
        """Return one of some values."""
        return self._chance.choice(values)

    def end(self) -> Counter[str]:
        """End all faults; return how many requests met them, by name. One that holds until it is ended counts once."""
        left = {fault["id"]: fault["times"] for fault in self._estate.faults()}
        self._estate.end_faults()
        met: Counter[str] = Counter()
        for name, fault in self._asked:
            met[name] += 1 if fault["times"] is None else fault["times"] - left.get(fault["id"], 0)
        self._asked.clear()
        return met


Begin = Callable[[Storm], None]


def throttle(storm: Storm) -> None:
    """A storm of 429, on reading and on writing."""
    for system, path, times in _everywhere(8, 3):
        storm.ask("throttling", system, "rate", path=path, after=storm.some(), times=times, retry_after=1)


def fail(storm: Storm) -> None:
    """A storm of 500, 502 and 503; more in a row than one request is repeated."""
    for system, path, times in _everywhere(7, 3):
        status = storm.one_of((500, 502, 503))
        storm.ask("server_errors", system, "status", path=path, after=storm.some(), times=times, status=status)


def answer_late(storm: Storm) -> None:
    """The target does what a message asks for; its answer comes after nobody waits any more."""
    for system, path in WRITES:
        details = {"after": storm.some(), "times": 2, "seconds": storm.too_late_seconds}
        storm.ask("late_answers", system, "late_answer", path=path, **details)


def cut_answers(storm: Storm) -> None:
    """The connection is reset within the body of an answer, whose request had its effect."""
    for system, path, times in _everywhere(3, 2):
        storm.ask("cut_answers", system, "reset_mid_body", path=path, after=storm.some(), times=times)


def expire_tokens(storm: Storm) -> None:
    """Tokens end before their time, while they are used."""
    for path in ("/v1/", "/v1/match-results"):
        storm.ask("expired_tokens", "ap", "expired_token", path=path, after=storm.some(), times=1)


def skew_clock(storm: Storm) -> None:
    """The clock of AP is two minutes ahead of ours, while a token lives little longer than that."""
    storm.ask("clock_skew", "ap", "clock", seconds=SKEW_SECONDS)


def cut_sftp(storm: Storm) -> None:
    """Sessions end within a file that is read."""
    for system, path in (("supply", "/outgoing"), ("bank", "/outgoing")):
        details = {"after": storm.some(1), "times": 2, "bytes": storm.one_of((0, 64, 40_000))}
        storm.ask("cut_sftp", system, "cut", path=path, **details)


def cut_sftp_put(storm: Storm) -> None:
    """Sessions end within a file of messages that is written, or just before it."""
    details = {"times": 2, "bytes": storm.one_of((0, 64, 400))}
    storm.ask("cut_sftp_put", "supply", "cut", path="/incoming", **details)


def _everywhere(reads: int, writes: int) -> list[tuple[str, str, int]]:
    """Return where to strike, and how often: a message that is refused often waits long before it is sent again."""
    return [(*place, reads) for place in READS] + [(*place, writes) for place in WRITES]
