"""Each body that a schema allows is taken by the estate, and what lacks a required field is refused.

The bodies are made from the shipped schemas and sent by the shipped configuration; the estate's servers have
contracts of their own. So neither side can change without the other.
"""

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import count
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from tests.integration.sandbox.served import Days, Running
from tests.integration.sandbox.test_feedback import invoice
from tests.support.bodies import broken, least, most
from tieout import settings
from tieout.feedback.answers import Answer
from tieout.feedback.open_transport import open_transport
from tieout.feedback.targets import Operation, Target, load_targets
from tieout.feedback.transport import Message, Transport
from tieout.sources.endpoint import Endpoint

TARGETS = load_targets(settings.CHECKOUT / "config" / "feedback")
OPERATIONS = [
    pytest.param(target, operation, id=f"{target.name}-{operation.name}")
    for target in TARGETS.values()
    for operation in target.operations.values()
]
REQUESTS = [case for case in OPERATIONS if not case.values[0].collects]
KEYS = count()
INVOICE = "X1"  # the key that made-up bodies give an invoice, and a payment


@pytest.fixture
def estate_with_invoice(estate: Running, days: Days) -> Running:
    """An estate that has the invoice, its copies and the payments that made-up bodies are about."""
    days.write(1, "ap", "invoices", INVOICE, invoice(INVOICE))
    days.write(1, "erp_main", "ap_invoices_all", INVOICE, {"invoice_id": INVOICE})
    days.write(1, "erp_west", "invoice-documents", INVOICE, {"BELNR": INVOICE})
    days.write(1, "erp_main", "ap_checks_all", INVOICE, {"check_id": INVOICE, "status_lookup_code": "SENT"})
    days.write(1, "erp_west", "payments", INVOICE, {"VBLNR": INVOICE, "STATUS": "20"})
    estate.advance()
    return estate


@pytest.fixture
def say(estate_with_invoice: Running) -> Iterator[Any]:
    """Send a body by a target's transport."""
    opened: dict[str, Transport] = {}

    def send(target: Target, operation: Operation, body: Any) -> Answer:
        if target.name not in opened:
            facts = {**estate_with_invoice.connection(target.connection)}
            endpoint = Endpoint(**{name: facts[name] for name in ("host", "port", "login", "password", "schema")})
            opened[target.name] = open_transport(
                target, endpoint, wall_now=lambda: datetime.now(UTC), pace=lambda: None
            )
        number = next(KEYS)
        # A key of its own for what is read first, so that every body is written; the invoice's where it is the path.
        key = INVOICE if "{target_key}" in operation.send.path else f"none-{number}"
        message = Message(number, operation.name, "H1", str(number), key, json.dumps(body), f"key-{number}", None)
        return opened[target.name].send([message])

    yield send
    for transport in opened.values():
        transport.close()


@pytest.mark.parametrize(("target", "operation"), OPERATIONS)
def test_the_bodies_made_of_a_schema_are_what_it_allows_and_what_it_refuses(
    target: Target, operation: Operation
) -> None:
    Draft202012Validator(operation.schema).validate(least(operation.schema))
    Draft202012Validator(operation.schema).validate(most(operation.schema))
    for example in operation.schema.get("examples", []):
        assert operation.invalid(example) is None
    assert all(operation.invalid(body) for _, body in broken(operation.schema))


@pytest.mark.parametrize(("target", "operation"), REQUESTS)
def test_the_estate_takes_the_least_and_the_most_and_refuses_what_breaks_the_contract(
    say: Any, estate_with_invoice: Running, target: Target, operation: Operation
) -> None:
    for body in (least(operation.schema), most(operation.schema)):
        answer = say(target, operation, body)
        assert answer.outcome == "acknowledged", (answer.status_code, answer.excerpt)
    told = {what: say(target, operation, body).status_code for what, body in broken(operation.schema)}
    assert told == dict.fromkeys(told, 422)
    counted = estate_with_invoice.control.get("/counters").json()[target.name][operation.name]
    assert counted["effective"] == 2
