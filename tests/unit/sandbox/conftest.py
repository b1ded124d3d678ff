"""A world that is made once for all tests of the scenario."""

import pytest

from sandbox.scenario import DayPlay, World

DAYS = 34


@pytest.fixture(scope="session")
def world() -> World:
    """A world of modest volume, all days planned."""
    result = World(seed=7, volume=0.6)
    result.day(DAYS)
    return result


@pytest.fixture(scope="session")
def plays(world: World) -> list[DayPlay]:
    """Its days."""
    return [world.day(number) for number in range(1, DAYS + 1)]
