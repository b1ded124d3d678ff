"""The estate's bank, over its own SFTP server: it takes what we send, once, and may refuse to."""

import json
from collections.abc import Iterator
from typing import Any

import pytest

from tests.integration.payments.conftest import KEYS, Paying
from tests.integration.sandbox.conftest import days, estate, served  # noqa: F401 - fixtures
from tests.integration.sandbox.served import Running
from tests.support.banks import BANK
from tieout.errors import Refused
from tieout.payments import files, sending
from tieout.payments.accounts_at_hand import paying_account
from tieout.payments.rendering import render
from tieout.sources import sftp
from tieout.sources.endpoint import Endpoint


@pytest.fixture
def facts(estate: Running) -> Iterator[dict[str, Any]]:  # noqa: F811
    """What the connection of the estate's bank says."""
    yield estate.connection("bank")


@pytest.fixture
def at_estate(paying: Paying, facts: dict[str, Any]) -> Paying:
    """A warehouse whose bank is the estate's."""
    extra = facts["extra"] if isinstance(facts["extra"], dict) else json.loads(facts["extra"])
    endpoint = Endpoint(facts["host"], facts["port"], facts["login"], facts["password"], extra=extra)
    paying.endpoint = endpoint
    return paying


def approved(paying: Paying, **changes: Any):
    paying.propose("P" + "a" * 20, "100.00", **changes)
    (batch,) = paying.freeze()
    paying.answer(batch, "c.fo")
    files.make(
        paying.dsn, paying.archive, KEYS, batch.batch_id,
        paying_account=lambda name: paying_account([(BANK, paying.endpoint.extra)], name),
        render=render, now=paying.now,
    )  # fmt: skip
    return batch


def counted(estate: Running) -> dict[str, int]:  # noqa: F811
    return estate.control.get("/counters").json()["bank"]["payment_file"]


def test_the_bank_takes_a_file_and_answers_it(at_estate, estate):  # noqa: F811
    batch = approved(at_estate)
    assert at_estate.send(batch) == [f"pain001_{batch.batch_id}.xml"]
    assert counted(estate) == {"received": 1, "effective": 1}
    with sftp.connect(at_estate.endpoint) as client:
        answer = client.open(f"outgoing/acks/pain002_{batch.batch_id}.xml").read()
    assert batch.batch_id.encode() in answer
    assert b"RJCT" not in answer


def test_a_file_that_the_bank_took_before_it_was_noted_is_not_sent_again(at_estate, estate, monkeypatch):  # noqa: F811
    batch = approved(at_estate)

    def killed(*_: Any) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patches:
        patches.setattr(sending, "_record", killed)
        with pytest.raises(KeyboardInterrupt):
            at_estate.send(batch)
    assert "sent" not in at_estate.steps(batch)
    at_estate.send(batch)
    assert "sent" in at_estate.steps(batch)
    assert counted(estate) == {"received": 1, "effective": 1}


def test_a_folder_that_the_bank_closes_refuses_and_takes_the_same_file_when_it_opens(at_estate, estate):  # noqa: F811
    batch = approved(at_estate)
    estate.fault(system="bank", kind="refuse", path="/incoming/payments", times=1)
    with pytest.raises(Refused, match="refused us"):
        at_estate.send(batch)
    at_estate.send(batch)
    assert counted(estate) == {"received": 1, "effective": 1}


def test_the_clinics_bank_takes_nacha(at_estate, estate):  # noqa: F811
    us = {"payment_profile": "us", "paying_account": "amb1_operating", "method": "ach"}
    at_estate.routing = "021000021"
    batch = approved(at_estate, account_token=at_estate.account("V1", "8801530001"), **us)
    assert at_estate.send(batch) == [f"nacha_{batch.batch_id}.ach"]
    assert counted(estate) == {"received": 1, "effective": 1}
