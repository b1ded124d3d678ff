"""Signatures: who knows a secret, and now."""

import hashlib
import hmac
from datetime import UTC, datetime, timedelta

import pytest

from tieout.events.signature import BadSignature, sign, verify

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
STAMP = str(int(NOW.timestamp()))
BODY = b'{"id": "E1"}'


def test_the_signature_is_an_hmac_over_timestamp_dot_and_body() -> None:
    expected = hmac.new(b"secret", STAMP.encode() + b"." + BODY, hashlib.sha256).hexdigest()
    assert sign("secret", STAMP, BODY) == f"v1={expected}"


def test_any_secret_and_any_signature_will_do_while_secrets_are_changed() -> None:
    verify(["new", "old"], STAMP, sign("old", STAMP, BODY), BODY, NOW)
    verify(["new"], STAMP, f"{sign('old', STAMP, BODY)}, {sign('new', STAMP, BODY)}", BODY, NOW)


@pytest.mark.parametrize("away", [timedelta(minutes=5), timedelta(minutes=-5)])
def test_five_minutes_either_way_is_still_now(away: timedelta) -> None:
    verify(["secret"], STAMP, sign("secret", STAMP, BODY), BODY, NOW + away)
    further = NOW + away * (301 / 300)
    with pytest.raises(BadSignature, match="more than five minutes"):
        verify(["secret"], STAMP, sign("secret", STAMP, BODY), BODY, further)


FORGERIES = {
    "another body": (["secret"], STAMP, sign("secret", STAMP, b"{}")),
    "another moment": (["secret"], STAMP, sign("secret", str(int(STAMP) - 1), BODY)),
    "another secret": (["secret"], STAMP, sign("guess", STAMP, BODY)),
    "no version": (["secret"], STAMP, sign("secret", STAMP, BODY).removeprefix("v1=")),
    "nothing": (["secret"], STAMP, ""),
    "letters outside of ASCII": (["secret"], STAMP, "v1=é"),
    "no secret of ours": ([], STAMP, sign("secret", STAMP, BODY)),
    "a blank secret": ([""], STAMP, sign("", STAMP, BODY)),
    "no moment": (["secret"], "", sign("secret", "", BODY)),
    "a moment in Arabic digits": (["secret"], "١٢", sign("secret", "١٢", BODY)),
    "a moment without end": (["secret"], "9" * 5000, sign("secret", "9" * 5000, BODY)),
}


@pytest.mark.parametrize(("secrets", "stamp", "signature"), FORGERIES.values(), ids=FORGERIES)
def test_a_forgery_is_refused(secrets: list[str], stamp: str, signature: str) -> None:
    with pytest.raises(BadSignature) as refused:
        verify(secrets, stamp, signature, BODY, NOW)
    assert "secret" not in str(refused.value)
