"""The scenario: a seeded generator of simulated days with labelled findings.

Pure: no clock, no input or output. `World(seed, volume).day(n)` gives everything that happens on a day. What a case
labels is what it injects; no rule is computed here.
"""

from sandbox.scenario.model import ClerkAction, DayPlay, FileDrop, Label, Write
from sandbox.scenario.world import World

__all__ = ["ClerkAction", "DayPlay", "FileDrop", "Label", "World", "Write"]
