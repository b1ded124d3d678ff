"""Sends events as signed webhooks, again and again until they are accepted."""

import contextlib
import hashlib
import hmac
import logging
import threading
import time
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor

import httpx
import psycopg

from sandbox.faults import Faults
from sandbox.servers.outbox import Event, due, settle
from sandbox.store import Store

log = logging.getLogger(__name__)
SENDERS = 8
LOOK_SECONDS = 0.2
MOST_RETRY_SECONDS = 30.0
TIMEOUT = 15.0
# Sending the same again would get the same answer.
FINAL = frozenset({400, 404, 409, 413, 415, 422})


class Dispatcher:
    """One thread that looks, and some that send.

    Args:
        store: the estate's database.
        webhooks: url and secret by system; a system that is not named tells nobody anything.
        faults: the faults in force.
    """

    def __init__(self, store: Store, webhooks: Mapping[str, Mapping[str, str]], faults: Faults) -> None:
        self.store = store
        self.webhooks = webhooks
        self.faults = faults
        self._rung = threading.Event()
        self._ended = threading.Event()
        self._thread: threading.Thread | None = None

    def start(self) -> None:
        """Begin to send, where there is somebody to send to."""
        if self.webhooks:
            self._thread = threading.Thread(target=self._run, name="webhooks", daemon=True)
            self._thread.start()

    def ring(self) -> None:
        """Say that there is something new."""
        self._rung.set()

    def stop(self) -> None:
        """End; what was not accepted is sent by the next start."""
        self._ended.set()
        self._rung.set()
        if self._thread is not None:
            self._thread.join(timeout=TIMEOUT)

    def _run(self) -> None:
        with httpx.Client(timeout=TIMEOUT) as client, ThreadPoolExecutor(SENDERS, "webhook") as senders:
            while not self._ended.is_set():
                self._rung.clear()
                try:
                    with self.store.session() as session:
                        events = due(session, SENDERS * 4)
                    list(senders.map(lambda event: self._send(client, event), events))
                except psycopg.Error:
                    log.exception("The estate's database is away; events wait")
                    events = []
                if not events:
                    self._rung.wait(LOOK_SECONDS)

    def _send(self, client: httpx.Client, event: Event) -> None:
        """Send an event, and note what came of it."""
        fault = self.faults.meet_event(event.system, event.event_type) if not event.attempts else None
        if fault and fault.kind == "late":
            self._note(event, "waiting", None, fault.seconds)
            return
        status = self._post(client, event)
        if fault and fault.kind == "duplicate":
            status = self._post(client, event)
        if status is not None and 200 <= status < 300:
            self._note(event, "accepted", status, 0)
        elif status in FINAL:
            self._note(event, "refused", status, 0)
        else:
            self._note(event, "waiting", status, min(2.0 ** min(event.attempts, 10) / 2, MOST_RETRY_SECONDS))

    def _post(self, client: httpx.Client, event: Event) -> int | None:
        """Send a signed POST; return its status, none where there was no answer."""
        webhook = self.webhooks.get(event.system)
        if webhook is None:
            return None
        body, stamp = event.body.encode(), str(int(time.time() + self.faults.clock_offset(event.system)))
        headers = {
            "Content-Type": "application/json",
            "Tieout-Timestamp": stamp,
            "Tieout-Signature": signature(webhook["secret"], stamp, body),
        }
        with contextlib.suppress(httpx.HTTPError):
            return client.post(webhook["url"], content=body, headers=headers).status_code
        return None

    def _note(self, event: Event, state: str, status: int | None, retry_in: float) -> None:
        with self.store.session() as session:
            settle(session, event, state, status, retry_in)


def signature(secret: str, stamp: str, body: bytes) -> str:
    """Sign a body that is sent at a moment, in seconds since 1970."""
    return "v1=" + hmac.new(secret.encode(), stamp.encode() + b"." + body, hashlib.sha256).hexdigest()
