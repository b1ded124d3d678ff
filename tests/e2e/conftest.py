"""One running deployment for the suite: Airflow with its scheduler, the estate, the warehouse.

It plays the history of two entities in one interval and one day after it, as ``make demo`` does at full size.
"""

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from launcher.display import Display
from launcher.estate import EstateOptions
from launcher.play import play
from launcher.stack import Stack

ENTITIES = ("H1", "H3")
VOLUME = 0.6


@pytest.fixture(scope="session")
def stack() -> Iterator[Stack]:
    """The deployment, after history and one day."""
    home = Path(tempfile.mkdtemp(prefix="tieout-e2e-"))
    home.chmod(0o755)
    stack = Stack(home, estate_options=EstateOptions(volume=VOLUME, entities=ENTITIES), durable=False)
    display = Display()
    try:
        with stack.running(display.step):
            play(stack, display, days=1)
            yield stack
    finally:
        display.close()
        shutil.rmtree(home, ignore_errors=True)
