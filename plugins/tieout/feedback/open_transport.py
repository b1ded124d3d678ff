"""The transport of a target, by its configured kind."""

from tieout.feedback.sftp_file import SftpFile
from tieout.feedback.targets import Target
from tieout.feedback.transport import Pace, Transport
from tieout.feedback.webhook import Webhook
from tieout.feedback.wire import HttpApi
from tieout.http import Clock
from tieout.sources.endpoint import Endpoint


def open_transport(target: Target, endpoint: Endpoint, *, wall_now: Clock, pace: Pace) -> Transport:
    """Return what speaks with the target.

    Raises:
        ConfigurationError: the connection is incomplete.
    """
    if target.kind == "sftp_file":
        return SftpFile(target, endpoint, pace=pace)
    if target.kind == "webhook":
        return Webhook(target, endpoint, wall_now=wall_now, pace=pace)
    return HttpApi(target, endpoint, wall_now=wall_now, pace=pace)
