"""Takes one parcel, a message or a batch of them, to its next state: take, ask the target, record."""

from collections.abc import Callable, Sequence
from datetime import timedelta
from typing import Literal, TypeVar

import httpx
import psycopg

from tieout.errors import TieoutError
from tieout.feedback import batches, taking
from tieout.feedback.answers import Answer, answer_to_error
from tieout.feedback.clocks import Clocks
from tieout.feedback.pace import Pacer
from tieout.feedback.recording import Try, record
from tieout.feedback.tally import Tally
from tieout.feedback.targets import Target
from tieout.feedback.transport import Message, Transport

Step = Literal["acknowledged", "retrying", "dead", "superseded", "skipped", "released", "paused"]
Said = TypeVar("Said", Answer, Answer | None)


class Parcels:
    """Parcels of one run over one target; threads share it.

    Args:
        target: whose messages they are.
        transport: speaks with it.
        pacer: is told how it answers.
        tally: counts.
        worker: names this worker in the attempts.
        clocks: of the run.
    """

    def __init__(
        self, target: Target, transport: Transport, pacer: Pacer, tally: Tally, *, worker: str, clocks: Clocks
    ) -> None:
        self._target = target
        self._transport = transport
        self._pacer = pacer
        self._tally = tally
        self._worker = worker
        self._clocks = clocks

    def deliver(self, connection: psycopg.Connection, parcel: taking.Due | batches.Batch) -> Step:
        """Deliver a parcel in the transaction of the caller, and say what became of it.

        Raises:
            TargetPausedError: the target is to be left alone.
        """
        if isinstance(parcel, batches.Batch):
            return self._deliver_batch(connection, parcel)
        return self._deliver_one(connection, parcel.message_id)

    def _deliver_one(self, connection: psycopg.Connection, message_id: int) -> Step:
        taken = taking.take(connection, self._target, message_id, self._clocks.wall_now())
        if isinstance(taken, Message):
            answer = self._answer(lambda: self._transport.send([taken]))
            return self._record(connection, [taken], answer)
        if taken == "superseded":
            self._tally.superseded()
        return taken

    def _deliver_batch(self, connection: psycopg.Connection, batch: batches.Batch) -> Step:
        held = batches.hold(connection, self._target, batch, self._clocks.wall_now())
        if held is None:
            return "skipped"
        if held.whole:
            return self._record(connection, held.messages, self._answer(lambda: self._transport.send(held.messages)))
        answer = self._answer(lambda: _found(self._transport.has(batch.operation, batch.batch_key)))
        if answer is not None:
            return self._record(connection, held.messages, answer)
        batches.release(connection, batch)
        return "released"

    def _answer(self, call: Callable[[], Said]) -> Said | Answer:
        """Ask the target; an error of it is an answer, too."""
        started = self._clocks.wall_now()
        answer: Said | Answer
        try:
            answer = call()
        except (httpx.RequestError, TieoutError) as error:
            answer = answer_to_error(error)
        if answer is None:
            return answer
        answer = answer.took(max(self._clocks.wall_now() - started, timedelta()))
        self._tell_pacer(answer)
        return answer

    def _tell_pacer(self, answer: Answer) -> None:
        if answer.error_class == "throttled":
            wait = self._target.retry.first if answer.retry_after is None else answer.retry_after
            self._pacer.hold(self._clocks.wall_now() + wait)
        elif answer.target_is_down:
            until = self._pacer.failed()
            if answer.retry_after is not None:
                self._pacer.hold(self._clocks.wall_now() + answer.retry_after)
            if until is not None:
                self._tally.broken(until)
        else:
            if self._pacer.succeeded():
                self._tally.resume()
            self._tally.broken(None)

    def _record(self, connection: psycopg.Connection, messages: Sequence[Message], answer: Answer) -> Step:
        """Record the answer for each message that it is about."""
        one = Try(self._worker, at=self._clocks.business_now(), tried_at=self._clocks.wall_now())
        outcomes = [record(connection, self._target, message, answer, one) for message in messages]
        for message, outcome in zip(messages, outcomes, strict=True):
            self._tally.count(message.operation, outcome, answer)
        return outcomes[0]


def _found(there: bool) -> Answer | None:
    return Answer("acknowledged", excerpt="The file was there already; nothing was written.") if there else None
