"""The clocks of a delivering run."""

import time
from dataclasses import dataclass

from tieout import settings
from tieout.feedback.pace import Sleep
from tieout.http import Clock


@dataclass(frozen=True)
class Clocks:
    """The two clocks: business time for what happened, wall time for waiting."""

    business_now: Clock = settings.business_now
    wall_now: Clock = settings.wall_now
    sleep: Sleep = time.sleep
