"""Files of the bank that are damaged anywhere: what is raised shows no account number, however deep one looks."""

import traceback
from collections.abc import Callable, Iterator

import pytest

from tests.unit.formats import test_bai2, test_camt, test_nacha_returns, test_pain002
from tieout.errors import MalformedPayload
from tieout.formats import bai2, camt, nacha_returns, pain002

NUMBER = test_bai2.NUMBER
IBAN = "DE89370400440532013000"
NOTIFICATION = test_camt.NOTIFICATION.format(version="08", details=test_camt.DETAILS["08"])
NACHA = test_nacha_returns.file(
    (10000, test_nacha_returns.addenda("99", "R03", f"NO ACCOUNT {NUMBER}")),
    (0, test_nacha_returns.addenda("98", "C01", test_nacha_returns.NEW_NUMBER)),
)
READERS = {
    "bai2": (bai2.statements, test_bai2.GOOD),
    "camt053": (camt.statements, test_camt.V08.encode()),
    "camt054": (camt.notifications, NOTIFICATION.encode()),
    "nacha": (nacha_returns.returns, NACHA),
    "pain002": (pain002.statuses, test_pain002.V10.encode()),
}


def damaged(content: bytes) -> Iterator[bytes]:
    """Yield the file cut short, and with a letter, a blank or a foreign byte in the place of another, all along."""
    for place in range(0, len(content), 5):
        yield content[:place]
        for instead in (b"X", b" ", b"\xff"):
            yield content[:place] + instead + content[place + 1 :]
        yield content[:place] + content[place + 1 :]


@pytest.mark.parametrize("name", READERS)
def test_no_damage_shows_an_account_number(name: str) -> None:
    read, content = READERS[name]
    assert refused(read, content) is None
    said = [text for text in (refused(read, each) for each in damaged(content)) if text is not None]
    assert len(said) > 50
    for text in said:
        for number in (NUMBER, test_nacha_returns.NEW_NUMBER, IBAN, IBAN[4:]):
            assert number not in text


def refused(read: Callable[[bytes], list[dict[str, object]]], content: bytes) -> str | None:
    """Return all that a log would hold of what is raised, causes included; none where the file is read."""
    try:
        read(content)
    except MalformedPayload as error:
        return "".join(traceback.format_exception(error))
    return None
