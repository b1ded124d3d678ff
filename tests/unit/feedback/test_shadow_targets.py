"""A target to which nothing is sent is not spoken with."""

from dataclasses import replace

from tieout import settings
from tieout.feedback.delivery import deliver
from tieout.feedback.targets import load_targets

TARGETS = load_targets(settings.CHECKOUT / "config" / "feedback")


def unreachable(connection_id):
    """Nobody asks for a connection that does not exist."""
    raise AssertionError(connection_id)


def test_a_target_in_shadow_alone_needs_no_connection():
    desk = TARGETS["service_desk"]
    silent = {name: replace(operation, mode="shadow") for name, operation in desk.operations.items()}
    shadow = replace(desk, operations=silent)
    assert not shadow.is_live
    delivered = deliver("nowhere", shadow, resolve=unreachable, worker="w")
    assert (delivered.acknowledged, delivered.retries, delivered.dead) == (0, 0, 0)
