"""A thousand events at once, while those that came are taken: as after an outage of the network."""

import contextlib
import http.client
import queue
import threading
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from urllib.parse import urlsplit

from tests.integration.events.receipts import Bench
from tests.integration.events.test_webhook import served, signed
from tieout.events.webhook import SLOTS

EVENTS = 1000
SENDERS = 100
BUSY = 503
LARGE = 60_000  # bytes of each, so that memory would show
OUTCOMES = """
select outcome, count(*)
from raw.inbox left join ops.inbox_outcome using (inbox_id)
where event_id like %s
group by outcome
"""
ROWS = "select count(*), count(distinct receipt_ref) from raw.receipt_line where receipt_ref like %s"


def test_of_a_burst_of_a_thousand_events_while_the_path_runs_none_is_lost_and_none_is_there_twice(bench: Bench) -> None:
    """Each is sent twice, as by a source that heard no answer; and again where the server was too busy to say."""
    waiting: queue.SimpleQueue[bytes] = queue.SimpleQueue()
    bodies = [
        bench.body(f"{bench.prefix}-{number}", bench.row(str(number)), note="x" * LARGE) for number in range(EVENTS)
    ]
    for body in bodies + bodies:
        waiting.put(body)
    before, sent = resident_bytes(), threading.Event()
    taken: list[int] = []

    def take() -> None:
        while not sent.is_set():
            taken.append(bench.take().landed)

    with served(bench.dsn, bench.keys) as sender, ThreadPoolExecutor(SENDERS + 1) as threads:
        taking = threads.submit(take)
        try:
            statuses = sum(threads.map(lambda _: send(sender.url, waiting), range(SENDERS)), Counter())
        finally:
            sent.set()
        taking.result()
        rung = len(sender.rung)
    grown = resident_bytes() - before
    during = sum(taken)
    bench.take()

    assert statuses.keys() <= {202, 200, BUSY}
    assert statuses[202] + statuses[200] == 2 * EVENTS
    assert statuses[202] <= EVENTS
    assert bench.rows(OUTCOMES, f"{bench.prefix}-%") == [("landed", EVENTS)]
    assert bench.rows(ROWS, bench.ref("%")) == [(EVENTS, EVENTS)]
    assert during > 0, "some were taken while others came"
    assert 0 < rung < EVENTS
    # Twice 60 MB were sent, and 60 MB were taken; at once are held what has a slot, and one round of what is taken.
    assert grown < 128 << 20
    assert SLOTS * 65536 < 8 << 20


def send(url: str, waiting: "queue.SimpleQueue[bytes]") -> Counter[int]:
    """One of many senders, each with a connection of its own; how often it heard which status."""
    statuses: Counter[int] = Counter()
    line = http.client.HTTPConnection(urlsplit(url).netloc, timeout=60)
    with contextlib.closing(line), contextlib.suppress(queue.Empty):
        while True:
            body = waiting.get_nowait()
            line.request("POST", "/events/supply", body, signed(body))
            answer = line.getresponse()
            answer.read()
            statuses[answer.status] += 1
            if answer.status == BUSY:
                waiting.put(body)
    return statuses


def resident_bytes() -> int:
    return int(Path("/proc/self/statm").read_text().split()[1]) * 4096
