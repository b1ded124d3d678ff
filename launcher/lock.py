"""Compiles a file of chosen requirements into a lock: ``python -m launcher.lock requirements.in requirements.txt``.

The lock serves every Python from 3.11 on and names no index: what a machine installs from is its own affair.
"""

import shutil
import subprocess
import sys

from launcher.settings import CHECKOUT

OPTIONS = ("--universal", "--python-version", "3.11", "--no-header", "--no-emit-index-url", "--no-emit-find-links")
HEADER = "# Compiled from {source} by `make lock`. Do not edit.\n"


def main(source: str, target: str) -> int:
    """Compile; return the compiler's exit status."""
    uv = shutil.which("uv") or shutil.which("uv", path=str(CHECKOUT / ".venv" / "bin"))
    if uv is None:
        print("`make lock` needs uv: install it (`pip install uv`) and try again.", file=sys.stderr)
        return 1
    result = subprocess.run(
        [uv, "pip", "compile", source, "-o", target, *OPTIONS], cwd=CHECKOUT, stdout=subprocess.DEVNULL, check=False
    )
    if result.returncode == 0:
        path = CHECKOUT / target
        path.write_text(HEADER.format(source=source) + path.read_text())
    return result.returncode


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
