"""A case as it is told: choose, order, receive, bill, credit, pay, close."""

from sandbox.scenario.verbs.billing import Billing
from sandbox.scenario.verbs.choosing import Choosing
from sandbox.scenario.verbs.ordering import Ordering
from sandbox.scenario.verbs.receiving import Receiving


class Story(Choosing, Ordering, Receiving, Billing):
    """One case, with all its verbs: everything it writes is kept until it is told to the end."""
