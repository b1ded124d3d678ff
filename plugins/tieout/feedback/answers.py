"""What a target's answer means for a message: taken over, to be tried again, or dead.

The rules are those of docs/reference/feedback.md: four hundreds are dead at once, except 408, 409 by rule, 425 and
429; five hundreds and time-outs are tried again.
"""

import hashlib
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Literal

import httpx

from tieout.errors import Refused, Throttled, TieoutError
from tieout.http import retry_after

Outcome = Literal["acknowledged", "retrying", "dead"]
EXCERPT = 500  # characters of an answer that are kept
TOO_EARLY = 425
_WAITING = {httpx.codes.REQUEST_TIMEOUT, TOO_EARLY}
_REFUSED = {httpx.codes.UNAUTHORIZED, httpx.codes.FORBIDDEN}


@dataclass(frozen=True)
class Answer:
    """The outcome of one try. ``error_class`` is None where the message was taken over.

    ``retry_after`` is what the target asked for; ``latency`` is the time that the target took.
    """

    outcome: Outcome
    status_code: int | None = None
    error_class: str | None = None
    excerpt: str | None = None
    response_sha256: str | None = None
    retry_after: timedelta | None = None
    latency: timedelta = timedelta()

    @property
    def target_is_down(self) -> bool:
        """Whether it tells about the target rather than about the message."""
        return self.error_class == "unavailable"

    @property
    def credentials_refused(self) -> bool:
        """Whether no other message can do better until somebody changes the connection."""
        return self.error_class == "refused" and self.status_code != httpx.codes.FORBIDDEN

    def took(self, latency: timedelta) -> "Answer":
        """Return the same with its latency."""
        return replace(self, latency=latency)


def answer_of(response: httpx.Response, *, on_conflict: Literal["retry", "dead"], wall_now: datetime) -> Answer:
    """Judge a response."""
    outcome, error_class = _judge(response.status_code, on_conflict)
    return Answer(
        outcome=outcome,
        status_code=response.status_code,
        error_class=error_class,
        excerpt=_excerpt(response),
        response_sha256=hashlib.sha256(response.content).hexdigest(),
        retry_after=retry_after(response, wall_now) if outcome == "retrying" else None,
    )


def answer_to_error(error: httpx.RequestError | TieoutError) -> Answer:
    """Judge a try that ended without an answer about the message."""
    if isinstance(error, Refused):
        return Answer("dead", None, "refused", error.message[:EXCERPT])
    if isinstance(error, Throttled):
        return Answer("retrying", None, "throttled", error.message[:EXCERPT], retry_after=error.retry_after)
    return Answer("retrying", None, "unavailable", f"{type(error).__name__}: {error}"[:EXCERPT])


def _judge(status: int, on_conflict: str) -> tuple[Outcome, str | None]:
    if 200 <= status < 300:
        return "acknowledged", None
    if status == httpx.codes.TOO_MANY_REQUESTS:
        return "retrying", "throttled"
    if status in _WAITING or status >= 500:
        return "retrying", "unavailable"
    if status == httpx.codes.CONFLICT:
        return ("retrying" if on_conflict == "retry" else "dead"), "conflict"
    return "dead", "refused" if status in _REFUSED else "rejected"


def _excerpt(response: httpx.Response) -> str:
    """The beginning of the answer as text that PostgreSQL takes."""
    return response.text[:EXCERPT].replace("\x00", "")
