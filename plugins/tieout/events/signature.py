"""Signatures of events: HMAC-SHA256 over timestamp and body (docs/reference/feedback.md, Events in).

    Tieout-Timestamp: 1790000000
    Tieout-Signature: v1=<hex of HMAC-SHA256(secret, timestamp + "." + body)>

Several signatures are separated by commas: one that any of our secrets made is enough, so that secrets can be changed
on either side first.
"""

import hashlib
import hmac
from collections.abc import Iterable
from datetime import datetime, timedelta

TIMESTAMP_HEADER = "Tieout-Timestamp"
SIGNATURE_HEADER = "Tieout-Signature"
VERSION = "v1="
TOLERANCE = timedelta(minutes=5)
# Seconds since 1970 have ten digits until the year 2286; a longer text is no time.
MOST_DIGITS = 12


class BadSignature(Exception):
    """An event that nobody who knows the secret sent just now."""


def sign(secret: str, timestamp: str, body: bytes) -> str:
    """Return the signature of a body that is sent at a moment, in seconds since 1970."""
    return VERSION + hmac.new(secret.encode(), timestamp.encode() + b"." + body, hashlib.sha256).hexdigest()


def verify(secrets: Iterable[str], timestamp: str, signatures: str, body: bytes, wall_now: datetime) -> None:
    """Check that one of the signatures was made with one of the secrets, at most five minutes from now.

    Args:
        secrets: of the sender, the current one and those that are still accepted.
        timestamp, signatures: of the headers.
        body: as received.
        wall_now: wall time, never the business clock.

    Raises:
        BadSignature: it is forged or stale; the message says which, and nothing of the secret.
    """
    if not (timestamp.isascii() and timestamp.isdigit() and len(timestamp) <= MOST_DIGITS):
        raise BadSignature(f"{TIMESTAMP_HEADER} is not a number of seconds since 1970.")
    if abs(wall_now.timestamp() - int(timestamp)) > TOLERANCE.total_seconds():
        raise BadSignature(f"{TIMESTAMP_HEADER} is more than five minutes away from now.")
    given = [part.strip().encode() for part in signatures.split(",")]
    expected = [sign(secret, timestamp, body).encode() for secret in secrets if secret]
    # Every pair is compared, so that the time tells nothing about which one agrees.
    if not sum(hmac.compare_digest(one, other) for one in given for other in expected):
        raise BadSignature(f"{SIGNATURE_HEADER} does not sign this body.")
