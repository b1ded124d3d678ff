"""The supply system takes files of discrepancies as they come, each row once, and whatever a delivery meets."""

import json

import pytest

from tests.integration.sandbox.served import Running
from tests.integration.sandbox.test_sftp import sftp_of
from tests.support.bodies import most
from tieout import settings
from tieout.errors import TieoutError
from tieout.feedback.answers import answer_to_error
from tieout.feedback.open_transport import open_transport
from tieout.feedback.targets import load_targets
from tieout.feedback.transport import Message
from tieout.sources.endpoint import Endpoint

TARGET = load_targets(settings.CHECKOUT / "config" / "feedback")["supply_files"]
OPERATION = TARGET.operations["receipt_discrepancy"]
FOLDER = "/incoming/discrepancies"


def messages(*numbers: int) -> list[Message]:
    body = most(dict(OPERATION.schema))
    return [
        Message(number, OPERATION.name, "DC1", f"D{number}", f"D{number}",
                json.dumps({**body, "discrepancyId": f"D{number}", "explanation": 'He said "short", twice'}),
                f"key-{number}", None)
        for number in numbers
    ]  # fmt: skip


def deliver(estate: Running, *numbers: int) -> str:
    """Deliver a file by the shipped configuration; return the outcome."""
    facts = estate.connection("supply")
    endpoint = Endpoint(**{name: facts[name] for name in ("host", "port", "login", "password", "extra")})
    transport = open_transport(TARGET, endpoint, wall_now=settings.wall_now, pace=lambda: None)
    try:
        return transport.send(messages(*numbers)).outcome
    except TieoutError as error:
        return answer_to_error(error).outcome


def shown(estate: Running) -> list[str]:
    with estate.client("supply_api") as api:
        items = api.get("/receipt-discrepancies").raise_for_status().json()["items"]
    return sorted(item["discrepancyId"] for item in items)


def counted(estate: Running) -> dict[str, int]:
    return estate.control.get("/counters").json()["supply_files"]["receipt_discrepancy"]


def test_a_file_is_taken_as_it_comes_and_the_same_batch_again_writes_nothing(estate: Running) -> None:
    assert deliver(estate, 1, 2, 3) == "acknowledged"
    assert shown(estate) == ["D1", "D2", "D3"]
    assert deliver(estate, 3, 2, 1) == "acknowledged"
    assert counted(estate) == {"received": 3, "effective": 3}
    with sftp_of(estate, "supply") as sftp:
        assert len(sftp.listdir(f"{FOLDER}/done")) == 1
        assert sorted(sftp.listdir(FOLDER)) == ["done", "reject"]


@pytest.mark.parametrize("sent", [0, 40, 400])
def test_a_session_that_is_cut_during_a_file_leaves_no_half_of_it(estate: Running, sent: int) -> None:
    estate.fault(system="supply", kind="cut", path="/incoming", bytes=sent, times=1)
    outcomes = [deliver(estate, 1, 2, 3), deliver(estate, 1, 2, 3)]
    assert outcomes[-1] == "acknowledged"
    assert shown(estate) == ["D1", "D2", "D3"]
    assert counted(estate) == {"received": 3, "effective": 3}


def test_a_file_that_is_none_is_put_aside(estate: Running) -> None:
    with sftp_of(estate, "supply") as sftp:
        with sftp.open(f"{FOLDER}/x.part", "w") as file:
            file.write("a,b\n1,2\n")
        sftp.rename(f"{FOLDER}/x.part", f"{FOLDER}/x.csv")
        assert sftp.listdir(f"{FOLDER}/reject") == ["x.csv"]
    assert "supply_files" not in estate.control.get("/counters").json()
