"""Vendor resolution: 100,000 vendors as a whole, and a day's 50 new ones against them.

Each runs in a process of its own, whose memory is then its own, too. Sizes are vendor numbers, or
``TIEOUT_BENCH_SIZE``. Limits: 300 seconds and 4 GiB for 100,000; 20 seconds for the 50, normal spellings of everybody
included. The vendors are made up by a seed; how much of the duplicates was found is printed beside.
"""

import multiprocessing
import os
import resource
import time
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from typing import TypeVar

from sandbox.vendors.masters import as_row, master
from tieout.resolution import linkage
from tieout.resolution.labelled import Labelled, labelled, true_pairs
from tieout.resolution.measure import pairs_of, score_pairs
from tieout.resolution.resolve import Resolution, decide
from tieout.resolution.thresholds import SCORED_FROM
from tieout.resolution.vendors import features

Result = TypeVar("Result")
SIZES = "100000"
NEW = 50
# Vendor numbers per organisation in a made-up master.
NUMBERS_EACH = 1.6
SEED = 99


def main() -> None:
    """Measure and print."""
    for size in (int(word) for word in (os.environ.get("TIEOUT_BENCH_SIZE") or SIZES).split()):
        _print(f"{size:,} vendors", *_alone(_whole, size))
        _print(f"{NEW} new against {size - NEW:,}", *_alone(_new, size))


def _print(title: str, seconds: dict[str, float], megabytes: float, found: str) -> None:
    print(f"{title:28}{sum(seconds.values()):8.1f} s{megabytes:9,.0f} MB at the peak   {found}")
    print(" " * 28 + ", ".join(f"{step} {spent:.1f} s" for step, spent in seconds.items()), flush=True)


def _vendors(size: int) -> list[Labelled]:
    made = master(round(size / NUMBERS_EACH), SEED)
    return [labelled(as_row(record)) for record in made[:size]]


def _whole(size: int) -> tuple[dict[str, float], str]:
    everybody = _vendors(size)
    vendors = [each.vendor for each in everybody]
    seconds: dict[str, float] = {}
    compared = _timed(seconds, "spelling", lambda: [features(vendor) for vendor in vendors])
    links = _timed(seconds, "scoring", lambda: linkage.score(compared, SCORED_FROM))
    resolution = _timed(seconds, "deciding", lambda: decide(vendors, compared, links))
    return seconds, f"{len(vendors):,} numbers, {len(links):,} links, {_quality(resolution, everybody)}"


def _new(size: int) -> tuple[dict[str, float], str]:
    everybody = _vendors(size)
    vendors = [each.vendor for each in everybody]
    seconds: dict[str, float] = {}
    compared = _timed(seconds, "spelling", lambda: [features(vendor) for vendor in vendors])
    links = _timed(seconds, "scoring", lambda: linkage.score_new(compared[:NEW], compared[NEW:], SCORED_FROM))
    _timed(seconds, "deciding", lambda: decide(vendors, compared, links))
    return seconds, f"{len(links):,} links"


def _timed(seconds: dict[str, float], step: str, work: Callable[[], Result]) -> Result:
    started = time.perf_counter()
    result = work()
    seconds[step] = time.perf_counter() - started
    return result


def _quality(resolution: Resolution, everybody: list[Labelled]) -> str:
    proposed = pairs_of({member.vendor_id: member.proposed_id for member in resolution.members})
    score = score_pairs(proposed, set(true_pairs(everybody)))
    return f"precision {score.precision:.4f}, recall {score.recall:.4f}"


def _alone(work: Callable[[int], tuple[dict[str, float], str]], size: int) -> tuple[dict[str, float], float, str]:
    with ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("spawn")) as process:
        return process.submit(_with_memory, work, size).result()


def _with_memory(work: Callable[[int], tuple[dict[str, float], str]], size: int) -> tuple[dict[str, float], float, str]:
    seconds, found = work(size)
    return seconds, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024, found
