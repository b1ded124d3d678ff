"""A mail server, a chat's webhook and a health endpoint on loopback."""

import json
import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from email import message_from_bytes
from email.header import decode_header, make_header
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


class _Smtp(socketserver.StreamRequestHandler):
    """As much of RFC 5321 as a client without TLS and login needs."""

    def handle(self) -> None:
        self._answer("220 loopback")
        recipients: list[str] = []
        while line := self.rfile.readline():
            verb = line[:4].upper().strip()
            if verb == b"RCPT":
                recipients.append(line.decode().split("<", 1)[1].split(">", 1)[0])
            if verb == b"DATA":
                self._answer("354 go on")
                self.server.keep(recipients, self._data())  # type: ignore[attr-defined]
                recipients = []
            self._answer("221 bye" if verb == b"QUIT" else "250 ok")
            if verb == b"QUIT":
                return

    def _data(self) -> bytes:
        lines = []
        while (line := self.rfile.readline()) not in (b".\r\n", b""):
            lines.append(line.removeprefix(b".") if line.startswith(b"..") else line)
        return b"".join(lines)

    def _answer(self, line: str) -> None:
        self.wfile.write(f"{line}\r\n".encode())


class MailServer(socketserver.ThreadingTCPServer):
    """Keeps recipients, subject and text of each mail."""

    allow_reuse_address = True
    daemon_threads = True

    def __init__(self, port: int = 0) -> None:
        super().__init__(("127.0.0.1", port), _Smtp)
        self.mails: list[tuple[list[str], str, str]] = []

    def keep(self, recipients: list[str], data: bytes) -> None:
        """Keep a mail."""
        message = message_from_bytes(data)
        parts = [part for part in message.walk() if not part.is_multipart()]
        text = "".join(part.get_payload(decode=True).decode() for part in parts)  # type: ignore[union-attr]
        self.mails.append((recipients, str(make_header(decode_header(message["Subject"]))), text))

    @property
    def subjects(self) -> list[str]:
        """The subjects, in their order."""
        return [subject for _, subject, _ in self.mails]


class _Webhook(BaseHTTPRequestHandler):
    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.server.said.append((self.path, self.headers.get("Authorization"), body))  # type: ignore[attr-defined]
        self.send_response(200)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_: Any) -> None:
        """Say nothing."""


class _Health(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        known = self.path == "/api/v2/monitor/health"
        body = json.dumps(self.server.states).encode() if known else b""  # type: ignore[attr-defined]
        self.send_response(200 if known else 404)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: Any) -> None:
        """Say nothing."""


class HealthEndpoint(ThreadingHTTPServer):
    """Answers what Airflow's health endpoint would, with these states of its components."""

    daemon_threads = True

    def __init__(self, states: dict[str, dict[str, str]]) -> None:
        super().__init__(("127.0.0.1", 0), _Health)
        self.states = states


class Chat(ThreadingHTTPServer):
    """Keeps path, authorisation and body of each call."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Webhook)
        self.said: list[tuple[str, str | None, dict[str, Any]]] = []


@contextmanager
def serving(server: Any) -> Iterator[Any]:
    """Serve in a thread; stop at the end."""
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
