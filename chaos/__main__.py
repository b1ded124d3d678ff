"""The suite: ``python -m chaos [--seed N] [--intervals N] [--faults a,b]``.

The same days are played twice: undisturbed, then while faults strike in a seeded random order. The first interval is
a history of some days, each of the others is a day. Exit status 1 where a row or an effect is lost or doubled, or the
marts differ.
"""

import argparse
import base64
import json
import random
import shutil
import signal
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path

from chaos import disk, table, webhooks
from chaos.books import Ending, differences, ending
from chaos.catalogue import FAULTS
from chaos.configuration import by_file, impatient, late_receipts
from chaos.keeper import Keeper
from chaos.plan import deal
from chaos.run import Day, Player
from launcher.display import Display
from launcher.errors import LaunchError
from launcher.estate import EstateOptions
from launcher.files import write_json
from launcher.layout import Layout
from launcher.settings import CHECKOUT
from launcher.stack import Stack

ENTITIES = ("H1", "H3")
VOLUME = 0.6
HISTORY_DAYS = 6
INTERVALS = 5
LONGEST_SECONDS = 10
TOKEN_KEY = base64.urlsafe_b64encode(bytes(32)).decode()  # tokens of two runs are compared
TOKEN_SECONDS = 130.0  # two minutes of skew leave ten seconds of it


def main(arguments: Sequence[str]) -> int:
    """Run the suite; return its exit status."""
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    options = _parser().parse_args(arguments)
    if not options.own_mounts:
        disk.enter(arguments)
    seed = random.randrange(1 << 16) if options.seed is None else options.seed
    names = options.faults.split(",") if options.faults else [*FAULTS, webhooks.NAME]
    if unknown := sorted(set(names) - FAULTS.keys() - {webhooks.NAME}):
        print(
            f"There is no fault {', '.join(unknown)}. There are: {', '.join([*FAULTS, webhooks.NAME])}.",
            file=sys.stderr,
        )
        return 2
    striking = [name for name in names if name in FAULTS]
    dealt = deal(striking, max(1, min(options.intervals, len(striking))), seed)
    display = Display()
    display.step(f"Seed {seed}. " + " · ".join(f"interval {n}: {', '.join(share)}" for n, share in enumerate(dealt, 1)))
    try:
        undisturbed = _undisturbed(options.reference, len(dealt), display)
        days, disturbed = _run(dealt, seed, display, own_disk=options.own_mounts, events=webhooks.NAME in names)
        apart = differences(undisturbed, disturbed)
    except LaunchError as error:
        print(str(error), file=sys.stderr)
        return 1
    finally:
        display.close()
    return 0 if table.show(display.console, days, apart) else 1


def _undisturbed(kept: Path | None, intervals: int, display: Display) -> Ending:
    """Return what the undisturbed run ends in; one that was kept for as many intervals is not run again."""
    if kept and kept.exists() and (known := json.loads(kept.read_text()))["intervals"] == intervals:
        return Ending(**known["ending"])
    display.step("The undisturbed run.")
    _, found = _run([[] for _ in range(intervals)], 0, display, own_disk=False)
    if kept:
        kept.write_text(json.dumps({"intervals": intervals, "ending": asdict(found)}))
    return found


def _run(
    dealt: Sequence[Sequence[str]], seed: int, display: Display, *, own_disk: bool, events: bool = False
) -> tuple[list[Day], Ending]:
    days = []
    with _stack(own_disk=own_disk) as (stack, small), stack.running(display.step), Keeper(stack).at_work() as keeper:
        player = Player(stack, keeper, random.Random(seed), small, display.working)
        for number, names in enumerate(dealt, 1):
            days.append(player.play(HISTORY_DAYS if number == 1 else 1, names))
            _tell(days[-1], display)
        found = ending(stack.warehouse_dsn)
        if events:
            days.append(player.hear())
            _tell(days[-1], display)
        if keeper.revived:
            display.step(f"Started again: {', '.join(keeper.revived)}.")
        return days, found


def _tell(day: Day, display: Display) -> None:
    struck = ", ".join(f"{name} ×{times}" for name, times in day.struck.items()) or "no fault"
    display.done(f"{day.name} in {day.seconds:.0f} s: {struck}.")


@contextmanager
def _stack(*, own_disk: bool) -> Iterator[tuple[Stack, Path | None]]:
    """A deployment in a folder of its own, on free ports, whose database waits for the disk."""
    home = Path(tempfile.mkdtemp(prefix="tieout-chaos-"))
    home.chmod(0o755)
    small = disk.mount(home / "archive") if own_disk else None
    write_json(Layout(home).secrets_file, {"token_key": TOKEN_KEY})
    estate = EstateOptions(volume=VOLUME, entities=ENTITIES, token_seconds=TOKEN_SECONDS)
    try:
        yield Stack(home, config=_configuration(home), estate_options=estate, durable=True), small
    finally:
        if small:
            disk.unmount(small)
        shutil.rmtree(home, ignore_errors=True)


def _configuration(home: Path) -> Path:
    """Return a copy of the configuration, changed so that every fault finds something to strike each day."""
    folder = shutil.copytree(CHECKOUT / "config", home / "config")
    targets, slas = folder / "feedback" / "targets.yml", folder / "policies" / "sla.csv"
    targets.write_text(by_file(impatient(targets.read_text(), LONGEST_SECONDS), ENTITIES[0]))
    slas.write_text(late_receipts(slas.read_text(), ENTITIES[0]))
    return folder


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m chaos", description=__doc__)
    parser.add_argument("--seed", type=int, help="of the faults' order and moments; printed, drawn where not given")
    parser.add_argument("--intervals", type=int, default=INTERVALS, help="over which the faults are dealt")
    parser.add_argument(
        "--faults", default="", help=f"names separated by commas: {', '.join([*FAULTS, webhooks.NAME])}"
    )
    parser.add_argument("--reference", type=Path, help="file that keeps what the undisturbed run ended in")
    parser.add_argument(disk.INSIDE, dest="own_mounts", action="store_true", help=argparse.SUPPRESS)
    return parser


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
