"""Checks what the machine must have, then makes the Python environment. Standard library only: it runs before both.

Usage: ``python3 launcher/bootstrap.py [--check-only]``. Exit status 0 and a ready ``.venv``, or one sentence with what
to do on stderr and exit status 1. Written so that an older Python can still read it and say so.
"""

import hashlib
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

CHECKOUT = Path(__file__).resolve().parent.parent
OLDEST = (3, 11)
PROGRAMS = ("git", "make")
ENVIRONMENT_BYTES = 2 * 1024**3
DATA_BYTES = 2 * 1024**3
NEWS_SECONDS = 10.0


class Unfit(Exception):
    """The machine lacks something; the message is one sentence with what to do."""


def check_python(version, executable):
    """Refuse a Python that is too old. ``version`` is (major, minor)."""
    if tuple(version[:2]) < OLDEST:
        raise Unfit(
            f"Tieout needs Python 3.11 or newer, but {executable} is {version[0]}.{version[1]}: install one and "
            "run `make PYTHON=python3.11 demo`."
        )


def check_programs(find=shutil.which):
    """Refuse a machine without git or make."""
    missing = [name for name in PROGRAMS if find(name) is None]
    if missing:
        raise Unfit(
            "Tieout needs {}, not found on the PATH: install it with the system's package manager.".format(
                " and ".join(missing)
            )
        )


def check_disk(folder, needed, usage=shutil.disk_usage):
    """Refuse a disk with fewer than ``needed`` bytes free below ``folder``."""
    folder = Path(folder).resolve()
    while not folder.exists():
        folder = folder.parent
    free = usage(folder).free
    if free < needed:
        raise Unfit(
            f"The disk of {folder} has {free / 1024**3:.1f} GB free and Tieout needs {needed / 1024**3:.1f} GB: "
            "free some, or set TIEOUT_HOME to a folder on a larger disk."
        )


def check_machine(environment_exists):
    """Run every check that needs no package."""
    check_python(sys.version_info, sys.executable)
    check_programs()
    check_disk(CHECKOUT, 0 if environment_exists else ENVIRONMENT_BYTES)
    check_disk(os.environ.get("TIEOUT_HOME") or CHECKOUT, DATA_BYTES)


def fingerprint(lock):
    """Return the SHA-256 of the lock file and this Python's version: what an environment was made from."""
    return hashlib.sha256(lock.read_bytes() + repr(sys.version_info[:2]).encode()).hexdigest()


def main(arguments):
    """Check, then make or renew the environment where its lock file changed."""
    environment = CHECKOUT / ".venv"
    python = environment / "bin" / "python"
    lock = CHECKOUT / "requirements.txt"
    marker = environment / ".made-from"
    check_machine(python.exists())
    if "--check-only" in arguments:
        return
    wanted = fingerprint(lock)
    if _read(marker) == wanted and _works(python):
        return
    if not _works(python):
        _say("Making a Python environment in {} with Python {}.{}.".format(environment, *sys.version_info[:2]))
        shutil.rmtree(environment, ignore_errors=True)
        _make(environment)
    _install(python, lock)
    marker.write_text(wanted)


def _read(path):
    try:
        return path.read_text(errors="replace")
    except OSError:
        return ""


def _works(python):
    try:
        return subprocess.call([str(python), "-m", "pip", "--version"], stdout=subprocess.DEVNULL) == 0
    except OSError:
        return False


def _make(environment):
    result = subprocess.run(
        [sys.executable, "-m", "venv", str(environment)], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False
    )
    if result.returncode != 0:
        shutil.rmtree(environment, ignore_errors=True)
        raise Unfit(
            "Python's venv module could not make {}: install it (Debian, Ubuntu: apt install python3-venv) and try "
            "again. It said: {}".format(environment, result.stdout.decode(errors="replace").strip()[-300:])
        )


def _install(python, lock):
    packages = sum(1 for line in _read(lock).splitlines() if "==" in line and not line.startswith((" ", "#")))
    uv = shutil.which("uv")
    started = time.monotonic()
    _say(f"Installing {packages} packages, about 1 GB; some minutes the first time.")
    log = Path(os.environ.get("TIEOUT_HOME") or CHECKOUT / ".tieout") / "logs" / "install.log"
    log.parent.mkdir(parents=True, exist_ok=True)
    uv_install = [uv, "pip", "install", "--python", str(python), "-r", str(lock)]
    pip_install = [str(python), "-m", "pip", "install", "-r", str(lock)]
    done = uv is not None and _follow(uv_install, log, packages)
    if uv is not None and not done:
        _say(f"uv could not install them (see {log}); going on with pip.")
    if not done and not _follow(pip_install, log, packages):
        raise Unfit(
            f"The packages could not be installed: look at the end of {log}, check the network or the package index, "
            f"and run the command again. It ended with: {_last_line(log)}"
        )
    _say(f"Installed in {time.monotonic() - started:.0f} s.")


def _follow(command, log, packages):
    """Run an installer with its output in the log, saying every few seconds how far it is; return its success."""
    with log.open("wb") as output:
        process = subprocess.Popen(command, stdout=output, stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL)
    said = time.monotonic()
    try:
        while process.poll() is None:
            time.sleep(0.2)
            if time.monotonic() - said >= NEWS_SECONDS:
                said = time.monotonic()
                seen = _read(log).count("Collecting ") + _read(log).count("Processing ")
                _say(f"  … {_progress(seen, packages)}")
    except BaseException:
        process.terminate()
        process.wait()
        raise
    return process.returncode == 0


def _progress(seen, packages):
    if seen == 0:
        return "working"
    if seen < packages:
        return f"{seen} of {packages} packages found"
    return f"unpacking {packages} packages"


def _last_line(log):
    lines = [line.strip() for line in _read(log).splitlines() if line.strip() and "[notice]" not in line]
    return lines[-1][:300] if lines else "nothing"


def _say(text):
    print(text, flush=True)


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    try:
        main(sys.argv[1:])
    except Unfit as error:
        sys.exit(str(error))
    except KeyboardInterrupt:
        sys.exit("Stopped. Run the command again to go on.")
