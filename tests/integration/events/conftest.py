"""What the tests of events share: keys of no value, arrivals."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest

from tieout.events.inbox import Arrival
from tieout.landing.keys import Keys

NOW = datetime(2026, 4, 1, tzinfo=UTC)


@pytest.fixture
def keys() -> Keys:
    """Keys of no value."""
    return Keys([b"k" * 32], b"t" * 32)


@pytest.fixture
def arrival() -> Callable[..., Arrival]:
    """Make an event that arrived."""

    def make(event_id: str, body: bytes = b"{}", **changes: Any) -> Arrival:
        values: dict[str, Any] = {
            "source_system": "supply",
            "event_type": "receipt.posted",
            "occurred_at": NOW,
            "received_at": NOW,
            "arrived_at": NOW,
            "trace_id": "trace-1",
        }
        return Arrival(event_id=event_id, body=body, **{**values, **changes})

    return make
