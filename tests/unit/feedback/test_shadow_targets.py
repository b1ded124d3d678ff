"""A target to which nothing is sent is not spoken with."""

from tieout import settings
from tieout.feedback.delivery import deliver
from tieout.feedback.targets import load_targets

TARGETS = load_targets(settings.CHECKOUT / "config" / "feedback")


def unreachable(connection_id):
    """Nobody asks for a connection that does not exist."""
    raise AssertionError(connection_id)


def test_a_target_in_shadow_alone_needs_no_connection():
    assert [name for name, target in TARGETS.items() if not target.is_live] == ["service_desk"]
    delivered = deliver("nowhere", TARGETS["service_desk"], resolve=unreachable, worker="w")
    assert (delivered.acknowledged, delivered.retries, delivered.dead) == (0, 0, 0)
