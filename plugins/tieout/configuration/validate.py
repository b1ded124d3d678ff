"""Check the configuration: ``python -m tieout.configuration.validate`` (which `make validate-config` runs)."""

import argparse
import sys
from pathlib import Path

from tieout import settings
from tieout.configuration.inspection import inspect_all


def main(arguments: list[str] | None = None) -> int:
    """Print what is wrong, a line each with file, line and field; return 1 where something is."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("directory", nargs="?", type=Path, default=settings.config_dir(), help="default: config/")
    parser.add_argument("--dsn", help="of a warehouse: checks what only it knows, and entities that went, as well")
    given = parser.parse_args(arguments)
    configuration, problems = inspect_all(given.directory, given.dsn)
    for problem in problems:
        sys.stderr.write(f"{problem}\n")
    if problems:
        sys.stderr.write(f"{len(problems)} problems. The grammar is in docs/reference/sources.md.\n")
        return 1
    feeds = sum(len(profile.feeds) for profile in configuration.profiles.values())
    sys.stdout.write(
        f"{len(configuration.profiles)} sources with {feeds} feeds and {len(configuration.entities)} entities agree"
        f" with {len(configuration.contracts)} contracts.\n"
    )
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
