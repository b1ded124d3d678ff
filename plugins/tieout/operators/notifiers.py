"""Says a message over a channel: by mail, through Airflow's own notifier, or to a chat's webhook."""

import html
from typing import Any

import httpx
from airflow.providers.smtp.notifications.smtp import SmtpNotifier
from airflow.sdk import BaseHook, BaseNotifier, Context

from tieout.alerts.alerting import Alerting, Recipients
from tieout.alerts.messages import Message

CHAT_SECONDS = 10.0


class AlertNotifier(BaseNotifier):
    """One message over one channel.

    Call ``notify``: the message is text and no template, so nothing in it is rendered.

    Args:
        channel: ``mail``, or ``chat:<connection>``.
        recipients: who hears.
        message: what is said.
        alerting: the mail server's connection, and how the chat wants its JSON.
    """

    def __init__(self, channel: str, recipients: Recipients, message: Message, alerting: Alerting) -> None:
        super().__init__()
        self.channel = channel
        self.recipients = recipients
        self.message = message
        self.alerting = alerting

    def notify(self, context: Context) -> None:
        """Send it; whatever goes wrong is raised."""
        if self.channel == "mail":
            self._mail(context)
        else:
            self._chat(self.channel.removeprefix("chat:"))

    def _mail(self, context: Context) -> None:
        SmtpNotifier(
            to=list(self.recipients.mail),
            subject=f"Tieout: {self.message.title}",
            html_content=f"<pre>{html.escape(self.message.text)}</pre>",
            smtp_conn_id=self.alerting.smtp,
        ).notify(context)

    def _chat(self, connection_id: str) -> None:
        connection = BaseHook.get_connection(connection_id)
        port = f":{connection.port}" if connection.port else ""
        url = f"{connection.schema or 'https'}://{connection.host}{port}{connection.extra_dejson.get('path', '/')}"
        headers = {"Authorization": f"Bearer {connection.password}"} if connection.password else {}
        answer = httpx.post(
            url, json=filled(self.alerting.chat_body, self.message), headers=headers, timeout=CHAT_SECONDS
        )
        answer.raise_for_status()


def filled(body: Any, message: Message) -> Any:
    """Return a chat's JSON with ``{title}`` and ``{text}`` in its texts replaced; braces of the message stay."""
    if isinstance(body, dict):
        return {name: filled(value, message) for name, value in body.items()}
    if isinstance(body, list):
        return [filled(value, message) for value in body]
    if not isinstance(body, str):
        return body
    parts = [part.replace("{text}", message.text) for part in body.split("{title}")]
    return message.title.join(parts)
