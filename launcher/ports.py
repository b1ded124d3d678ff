"""TCP ports of 127.0.0.1: those asked for, those of the last start, else free ones."""

import socket
from collections.abc import Iterable, Mapping
from contextlib import ExitStack

from launcher.errors import LaunchError

HOST = "127.0.0.1"


def is_free(port: int) -> bool:
    """Whether nobody listens on the port."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError:
            return False
        return True


def choose(
    names: Iterable[str], *, fixed: Mapping[str, int], preferred: Mapping[str, int], last: Mapping[str, int]
) -> dict[str, int]:
    """Return a port for each name, no two the same.

    Args:
        fixed: ports that the user asked for: taken as they are.
        preferred: ports that are nice to have: taken where free.
        last: ports of the last start: taken where free, before the preferred ones.

    Raises:
        LaunchError: a port that was asked for is in use.
    """
    chosen: dict[str, int] = {}
    with ExitStack() as held:
        for name in names:
            if name in fixed:
                if not is_free(fixed[name]):
                    raise LaunchError(
                        f"Port {fixed[name]}, asked for by TIEOUT_{name.upper()}_PORT, is in use.",
                        "End the program that listens there, or choose another port.",
                    )
                chosen[name] = fixed[name]
                continue
            wanted = [port for port in (last.get(name), preferred.get(name)) if port and port not in chosen.values()]
            chosen[name] = next((port for port in wanted if is_free(port)), None) or _hold_free_port(held)
    return chosen


def _hold_free_port(held: ExitStack) -> int:
    """Return a free port; it stays taken until all names have one, so that none is given twice."""
    probe = held.enter_context(socket.socket())
    probe.bind((HOST, 0))
    return probe.getsockname()[1]
