"""A full disk: the archive is on a file system of its own in memory, small enough to be filled.

Mounting it takes no root where the kernel lets a user have a mount namespace of its own: the suite runs itself again
in one, so that the mount is seen by its own processes alone and ends with them.
"""

import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import psycopg

from chaos.scene import Scene

MEGABYTES = 256
LEFT_BYTES = 32 << 10
PATIENCE_SECONDS = 20.0
INSIDE = "--own-mounts"
HIT = "select count(*) from ops.interface_run where outcome = 'failed' and error like %s"
ROOT = ("unshare", "--mount")
USER = ("unshare", "--user", "--map-current-user", "--mount", "--keep-caps")


def enter(arguments: Sequence[str]) -> None:
    """Run the suite again in a mount namespace of its own, where that is possible; return where it is not."""
    prefix = ROOT if os.geteuid() == 0 else USER
    probe = "mount -t tmpfs -o size=1m tmpfs /tmp"
    try:
        possible = subprocess.run([*prefix, "sh", "-c", probe], capture_output=True, check=False).returncode == 0
    except FileNotFoundError:
        possible = False
    if possible:
        os.execvp(prefix[0], [*prefix, sys.executable, "-m", "chaos", *arguments, INSIDE])  # noqa: S606


def mount(folder: Path) -> Path:
    """Mount a small disk on a folder, which is made."""
    folder.mkdir(parents=True)
    options = f"size={MEGABYTES}m,mode=0755"
    subprocess.run(["mount", "-t", "tmpfs", "-o", options, "tmpfs", str(folder)], check=True)
    return folder


def unmount(folder: Path) -> None:
    """Give the small disk's memory back."""
    subprocess.run(["umount", "--lazy", str(folder)], check=True)


def fill(scene: Scene) -> None:
    """Leave little room on the archive's disk."""
    if scene.disk is not None:
        space = os.statvfs(scene.disk)
        os.posix_fallocate(descriptor := _filler(scene.disk), 0, space.f_bavail * space.f_frsize - LEFT_BYTES)
        os.close(descriptor)


def free_once_hit(scene: Scene) -> int:
    """Give the room back once extractions have failed for want of it; return how many did."""
    if scene.disk is None:
        return 0
    scene.wait_until(lambda: scene.quiet.is_set() or _hits(scene) > 0, PATIENCE_SECONDS)
    hits = _hits(scene)
    (scene.disk / "filler").unlink()
    return hits


def _filler(disk: Path) -> int:
    return os.open(disk / "filler", os.O_WRONLY | os.O_CREAT)


def _hits(scene: Scene) -> int:
    with psycopg.connect(scene.stack.warehouse_dsn) as connection:
        row = connection.execute(HIT, ["%No space left%"]).fetchone()
    return row[0] if row else 0
