"""Announcing: soon, together, again where it failed, and for what an earlier process left."""

import threading
from collections.abc import Callable, Iterator

import pytest

from tieout.events.announcer import Announcer


class Listener:
    """Counts announcements; the first ones may fail."""

    def __init__(self, failures: int = 0, left: bool = False) -> None:
        self.failures, self.left, self.heard = failures, left, 0
        self.changed = threading.Condition()

    def announce(self) -> None:
        with self.changed:
            if self.failures:
                self.failures -= 1
                raise ConnectionError
            self.heard += 1
            self.changed.notify_all()

    def overdue(self) -> bool:
        return self.left

    def wait_for(self, condition: Callable[[], bool]) -> bool:
        with self.changed:
            return self.changed.wait_for(condition, timeout=5)


@pytest.fixture
def started() -> Iterator[Callable[..., Announcer]]:
    made: list[Announcer] = []

    def start(listener: Listener, **changes: float) -> Announcer:
        announcer = Announcer(listener.announce, listener.overdue, retry_seconds=0.01, **changes)
        announcer.start()
        made.append(announcer)
        return announcer

    yield start
    for announcer in made:
        announcer.stop()


def test_an_arrival_is_announced_at_once(started: Callable[..., Announcer]) -> None:
    listener = Listener()
    started(listener).ring()
    assert listener.wait_for(lambda: listener.heard == 1)


def test_a_burst_is_announced_after_its_last_arrival_and_not_for_each(started: Callable[..., Announcer]) -> None:
    listener = Listener()
    announcer = started(listener)
    with listener.changed:  # the first announcement is held up until all have arrived
        for _ in range(1000):
            announcer.ring()
    assert listener.wait_for(lambda: listener.heard >= 1)
    announcer.stop()
    assert listener.heard <= 3


def test_an_announcement_that_fails_is_made_again(started: Callable[..., Announcer]) -> None:
    listener = Listener(failures=3)
    started(listener).ring()
    assert listener.wait_for(lambda: listener.heard == 1)
    assert listener.failures == 0


def test_what_an_earlier_process_left_is_announced_until_it_is_taken(started: Callable[..., Announcer]) -> None:
    listener = Listener(left=True)
    started(listener, look_seconds=0.01)
    assert listener.wait_for(lambda: listener.heard >= 2)
