"""Prepares a deployment's databases, once before its services start: ``python -m launcher.prepare``.

Airflow's database is migrated, pools are set, the warehouse (``TIEOUT_WAREHOUSE``) is migrated, and where Airflow has
users of its own (``TIEOUT_ADMIN_PASSWORD`` is set) the first of them is made. Doing it again changes nothing.
"""

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

from launcher import guard
from launcher.errors import LaunchError
from launcher.pools import pools
from launcher.settings import CHECKOUT


def commands(config: Path, pool_file: Path, password: str | None) -> list[list[str]]:
    """Return what is run, in order; ``pool_file`` is written for it."""
    definitions = {pool.name: {"slots": pool.slots, "description": pool.description} for pool in pools(config)}
    pool_file.write_text(json.dumps(definitions))
    component = [sys.executable, "-m", "launcher.component"]
    found = [
        [*component, "db", "migrate"],
        [*component, "pools", "import", str(pool_file)],
        [sys.executable, "-m", "launcher.migrate"],
    ]
    if password:
        person = ["--firstname", "Tieout", "--lastname", "Administrator", "--email", "admin@localhost"]
        found.append(
            [*component, "users", "create", "--username", "admin", "--role", "Admin", "--password", password, *person]
        )
    return found


def main() -> None:
    """Run everything; stop at the first command that fails."""
    guard.check(os.environ)
    config = Path(os.environ.get("TIEOUT_CONFIG") or CHECKOUT / "config")
    with tempfile.TemporaryDirectory() as folder:
        for command in commands(config, Path(folder) / "pools.json", os.environ.get("TIEOUT_ADMIN_PASSWORD")):
            print("Running", " ".join(command[1:5]), flush=True)
            status = subprocess.run(command, cwd=CHECKOUT, check=False).returncode
            if status != 0:
                raise LaunchError(f"{command[3]} ended with status {status}.", "Read what it said above.")


if __name__ == "__main__":
    try:
        main()
    except LaunchError as error:
        sys.exit(str(error))
