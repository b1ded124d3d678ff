"""Start the estate, or play its next days. See README.md."""

import argparse
import asyncio
import logging
import sys
from pathlib import Path

import httpx

from sandbox.servers.estate import serve
from sandbox.settings import Config, EstateError, load_config, read_state

SECONDS_PER_DAY = 60.0


def main(arguments: list[str] | None = None) -> int:
    """Run a command; return the exit status."""
    parser = argparse.ArgumentParser(prog="python -m sandbox", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    serving = commands.add_parser("serve", help="run all servers until SIGTERM")
    advancing = commands.add_parser("advance", help="play the next days of a running estate")
    advancing.add_argument("--days", type=int, default=1)
    for command in (serving, advancing):
        command.add_argument("--config", type=Path, required=True, help="JSON, see sandbox/README.md")
    options = parser.parse_args(arguments)
    try:
        config = load_config(options.config)
        if options.command == "serve":
            run(config)
        else:
            print(advance(config, options.days))
    except EstateError as error:
        print(error, file=sys.stderr)
        return 1
    return 0


def run(config: Config) -> None:
    """Serve an estate whose days the scenario makes."""
    from sandbox.scenario.world import World  # heavy: makes the masters; not needed to advance

    logging.basicConfig(level=logging.WARNING, format="%(asctime)s %(levelname)s %(name)s %(message)s")
    asyncio.run(serve(config, World(config.seed, config.volume, config.entities)))


def advance(config: Config, days: int) -> str:
    """Play days over the control API; return the estate's new time.

    Raises:
        EstateError: the estate does not run, does not answer, or refuses.
    """
    control = read_state(config.state)["control"]
    try:
        answer = httpx.post(
            f"{control['url']}/advance",
            json={"days": days},
            headers={"Authorization": f"Bearer {control['token']}"},
            timeout=SECONDS_PER_DAY * max(days, 1),
        )
    except httpx.HTTPError as error:
        raise EstateError(f"The estate at {control['url']} does not answer ({error}): look whether it runs.") from error
    if answer.status_code != httpx.codes.OK:
        raise EstateError(f"The estate did not play {days} days: {answer.json()['error']['message']}")
    return str(answer.json()["now"])


if __name__ == "__main__":
    sys.exit(main())
