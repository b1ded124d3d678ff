"""What the bank can be asked to do to a payment or a statement, and whether it is asked so."""

from dataclasses import fields
from decimal import Decimal, InvalidOperation
from typing import Any

from sandbox.bank.execution import ON_EXECUTION
from sandbox.scenario.domain import ENTITIES
from sandbox.scenario.model import BankRequest
from sandbox.settings import EstateError

ON_RECEIPT = ("reject", "silent")
ON_STATEMENT = ("duplicate_statement", "repeated_statement", "missing_statement")
KINDS = (*ON_RECEIPT, *ON_EXECUTION, "equal_candidates", "batch", *ON_STATEMENT)
NUMBERS = ("amount", "rate")


def make_request(given: dict[str, Any]) -> BankRequest:
    """Make a request of what came to the control API. Amounts and rates are texts.

    Raises:
        EstateError: a field is unknown or of the wrong kind.
    """
    unknown = given.keys() - {field.name for field in fields(BankRequest)}
    if unknown or given.get("kind") not in KINDS:
        raise EstateError(f"A request has a kind of {', '.join(KINDS)}, and no fields {sorted(unknown)}.")
    try:
        numbers = {name: Decimal(given[name]) for name in NUMBERS if given.get(name) is not None}
    except (InvalidOperation, TypeError, ValueError) as error:
        raise EstateError("amount and rate of a request are numbers, written as texts.") from error
    request = BankRequest(**{**given, **numbers})
    texts = (request.payment, request.account, request.entity, request.reason, request.currency)
    counts = (request.after or 0, 1 if request.times is None else request.times)
    if not all(isinstance(text, str) for text in texts) or not all(isinstance(count, int) for count in counts):
        raise EstateError("payment, account, entity, reason and currency are texts; after and times whole numbers.")
    if request.entity and request.entity not in {entity.entity_id for entity in ENTITIES}:
        raise EstateError(f"There is no entity {request.entity!r}.")
    return request
