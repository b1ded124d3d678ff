"""Errors, chosen by how one recovers from them.

Each says what went wrong and what to do, and its class says whether waiting helps. ``incident_class`` is the
class under which the technical exception is recorded (docs/reference/exceptions.md, technical exceptions).
"""

from datetime import timedelta


class TieoutError(Exception):
    """Something went wrong; ``advice`` says what to do about it."""

    incident_class = "pipeline failed"

    def __init__(self, message: str, advice: str = "") -> None:
        super().__init__(f"{message} {advice}".strip())
        self.message = message
        self.advice = advice


class Transient(TieoutError):
    """Waiting helps: a time-out, a reset connection, a server that is down."""

    incident_class = "unavailable"


class Throttled(Transient):
    """Waiting helps, and the other side said how long."""

    incident_class = "throttled"

    def __init__(self, message: str, advice: str = "", retry_after: timedelta | None = None) -> None:
        super().__init__(message, advice)
        self.retry_after = retry_after


class Refused(TieoutError):
    """Waiting does not help: credentials were refused."""

    incident_class = "refused"


class ContractBroken(TieoutError):
    """Waiting does not help: what arrived lacks something that its contract requires."""

    incident_class = "contract broken"


class MalformedPayload(TieoutError):
    """Waiting does not help: what arrived cannot be read at all."""

    incident_class = "malformed payload"


class ConfigurationError(TieoutError):
    """Waiting does not help: our own configuration is wrong; the message names file and field."""

    incident_class = "pipeline failed"


class Unwritable(TieoutError):
    """Waiting does not help: what a file for a bank should say cannot be said in its format."""

    incident_class = "pipeline failed"
