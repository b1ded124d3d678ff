"""The launcher's commands: ``python -m launcher demo | up | down | clean | status | summary | airflow | …``."""

import argparse
import fcntl
import os
import shutil
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from rich.console import Console

from launcher import alerts, dbt, payment_story, settings, story, summary
from launcher.display import Display
from launcher.errors import LaunchError
from launcher.play import DAYS, play
from launcher.stack import Stack

PREFERRED_PORTS = {"airflow": 8080, "docs": 8081}


def main(arguments: list[str]) -> int:
    """Run one command; return its exit status."""
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, _interrupt)
    options = _parser().parse_args(arguments)
    display = Display()
    try:
        return options.command(options, display)
    except LaunchError as error:
        display.close()
        Console(stderr=True, soft_wrap=True, highlight=False).print(str(error), markup=False, style="red")
        return 1
    except KeyboardInterrupt:
        display.close()
        print("Stopped; nothing is left running. `make demo` goes on where it was.", file=sys.stderr)
        return 130


def demo(options: argparse.Namespace, display: Display) -> int:
    """Start everything, play days, print what came out. On a failure nothing is left running."""
    stack = _stack()
    with _only_one(stack), _stopped_on_failure(stack, display):
        stack.start(display.step)
        play(stack, display, days=options.days)
        display.working("Rendering dbt docs")
        dbt.render_documents(stack)
        display.working("Waiting for one receipt")
        receipt = story.live(stack)
        display.close()
        summary.show(stack, display.console)
        story.tell(receipt, display.console)
        payment_story.show(stack, display.console)
    display.step("Everything stays up. `make down` stops it, `make demo` plays more days, `make clean` starts over.")
    return 0


def up(_: argparse.Namespace, display: Display) -> int:
    """Start everything and play nothing."""
    stack = _stack()
    with _only_one(stack), _stopped_on_failure(stack, display):
        stack.start(display.step)
    summary.addresses(stack, display.console)
    return 0


def down(_: argparse.Namespace, display: Display) -> int:
    """Stop everything; what was written stays."""
    stack = _stack()
    with _only_one(stack):
        stack.stop()
    display.step("Everything is stopped; what was written stays.")
    return 0


def clean(_: argparse.Namespace, display: Display) -> int:
    """Stop everything and remove what it wrote."""
    stack = _stack()
    with _only_one(stack):
        stack.stop()
        for folder in (stack.layout.home, *stack.layout.database_parents[1:]):
            shutil.rmtree(folder)
    display.step(f"{stack.layout.home} is removed.")
    return 0


def status(_: argparse.Namespace, display: Display) -> int:
    """Say what runs and which alerts are open; exit status 0 when everything does, 3 otherwise."""
    stack = _stack()
    display.console.print(f"postgres: {'runs' if stack.database_runs() else 'stopped'}")
    if stack.database_runs():
        alerts.show(stack.warehouse_dsn, display.console)
    for child in stack.children():
        display.console.print(f"{child.name}: {f'runs, pid {child.pid}' if child.running() else 'has ended'}")
    if not stack.is_up():
        display.console.print("Start it with `make demo`.")
        return 3
    summary.addresses(stack, display.console)
    return 0


def show_summary(_: argparse.Namespace, display: Display) -> int:
    """Print what came out so far."""
    stack = _stack()
    if not stack.is_up():
        raise LaunchError("Nothing runs here.", "Start it with `make demo`.")
    summary.show(stack, display.console)
    payment_story.show(stack, display.console)
    return 0


def airflow(options: argparse.Namespace, _: Display) -> int:
    """Become the ``airflow`` command, in the environment of the running stack."""
    command = [sys.executable, "-m", "airflow", *options.arguments]
    os.execve(sys.executable, command, _stack().environment())  # noqa: S606


def verify_audit(_: argparse.Namespace, __: Display) -> int:
    """Become the verification of the audit trail, with the connections of the running stack."""
    command = [sys.executable, "-m", "tieout.audit", "verify"]
    os.execve(sys.executable, command, _stack().environment())  # noqa: S606


def back_up(options: argparse.Namespace, display: Display) -> int:
    """Write the warehouse to a file, while it is in use."""
    stack = _stack()
    if not stack.database_runs():
        raise LaunchError("Nothing runs here.", "Start it with `make demo`.")
    stack.postgres.back_up("warehouse", options.file)
    display.step(f"The warehouse is in {options.file}.")
    return 0


def restore(options: argparse.Namespace, display: Display) -> int:
    """Put a file that ``backup`` wrote in the warehouse's place. Nothing of Airflow may run."""
    stack = _stack()
    with _only_one(stack):
        if any(child.running() for child in stack.children()):
            raise LaunchError("The stack runs.", "Stop it with `make down`, so that no task works meanwhile.")
        stack.postgres.start()
        try:
            stack.postgres.restore("warehouse", options.file)
        finally:
            stack.postgres.stop()
    display.step("The warehouse is as it was backed up. Go on as docs/runbooks/restore_warehouse.md says: `make up`.")
    return 0


def _stack() -> Stack:
    try:
        fixed = settings.fixed_ports()
    except ValueError as error:
        raise LaunchError(str(error), "Correct it or leave it out.") from error
    return Stack(settings.home(), fixed_ports=fixed, preferred_ports=PREFERRED_PORTS)


@contextmanager
def _only_one(stack: Stack) -> Iterator[None]:
    """Hold the stack's lock: two launchers at once would start everything twice."""
    stack.layout.home.mkdir(parents=True, exist_ok=True)
    with stack.layout.lock_file.open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise LaunchError(
                f"Another launcher works in {stack.layout.home}.", "Wait until it has ended, or end it."
            ) from error
        yield


@contextmanager
def _stopped_on_failure(stack: Stack, display: Display) -> Iterator[None]:
    """Stop the stack when the block fails or is interrupted."""
    try:
        yield
    except BaseException:
        display.step("Stopping everything.")
        stack.stop()
        raise


def _interrupt(*_: object) -> None:
    """Interrupt once: make and the terminal each pass a signal on, and stopping must not be interrupted."""
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.SIG_IGN)
    raise KeyboardInterrupt


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m launcher", description=__doc__)
    commands = parser.add_subparsers(required=True)
    for name, function in {
        "demo": demo, "up": up, "down": down, "clean": clean, "status": status, "summary": show_summary,
        "verify-audit": verify_audit,
    }.items():  # fmt: skip
        command = commands.add_parser(name, help=(function.__doc__ or "").split(".")[0])
        command.set_defaults(command=function)
        if name == "demo":
            command.add_argument("--days", type=int, default=DAYS, help="days to play after the history")
    for name, function in {"backup": back_up, "restore": restore}.items():
        command = commands.add_parser(name, help=(function.__doc__ or "").split(".")[0])
        command.add_argument("file", type=lambda text: Path(text).resolve())
        command.set_defaults(command=function)
    command = commands.add_parser("airflow", help="run an airflow command beside the running stack")
    command.add_argument("arguments", nargs=argparse.REMAINDER)
    command.set_defaults(command=airflow)
    return parser


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
