"""Takes the files that the customer puts into the bank's folders, as soon as they have their names, and answers."""

import re
import threading
from datetime import date, datetime
from pathlib import Path

import psycopg

from sandbox.bank import nacha, nacha_returns, pain001, pain002, positive_pay
from sandbox.bank.accounts import us_customer
from sandbox.bank.ledger import LOST, REFUSED, WAITING, Ledger
from sandbox.bank.model import FileRefused, Instruction, PaymentFile, Verdict
from sandbox.bank.rules import REJECTED, RETURN_CODES, judge
from sandbox.clock import start_of_day
from sandbox.files import drop
from sandbox.records.session import Session
from sandbox.scenario.model import FileDrop
from sandbox.store import Store

TARGET = "bank"
PAYMENTS, CHEQUES = "incoming/payments", "incoming/positive_pay"
OUTGOING = ("acks", "notifications", "returns", "statements")
DUPLICATE = "DU01"
HALF = ".part"
Judged = list[tuple[Instruction, Verdict]]


class PaymentInbox:
    """The folders for payments.

    Args:
        root: what the bank's SFTP server shows as its root.
        store: the estate's database.
    """

    def __init__(self, root: Path, store: Store) -> None:
        self.root = root
        self.store = store
        self._lock = threading.Lock()

    def prepare(self) -> None:
        """Make the folders."""
        for folder in (PAYMENTS, CHEQUES, *(f"outgoing/{name}" for name in OUTGOING)):
            for taken in ("done", "reject"):
                (self.root / folder / taken).mkdir(parents=True, exist_ok=True)

    def take(self) -> int:
        """Take every file that is there; return how many. What cannot be taken now stays for the next time."""
        with self._lock:
            found = [path for folder in (PAYMENTS, CHEQUES) for path in sorted((self.root / folder).iterdir())]
            return sum(self._take(path) for path in found if path.is_file() and not path.name.endswith(HALF))

    def _take(self, path: Path) -> bool:
        try:
            with self.store.session() as session:
                now = session.now()
                today = start_of_day(session.day() + 1).date()
                taken = _receive(session, path, now, today, self.root)
        except psycopg.Error:
            return False
        path.replace(path.parent / ("done" if taken else "reject") / path.name)
        return True


def _receive(session: Session, path: Path, now: datetime, today: date, root: Path) -> bool:
    """Read a file, keep its payments and answer; say whether it was taken."""
    ledger = Ledger(session, now)
    try:
        file = _read(path)
        if ledger.times_received(file.message_id):
            raise FileRefused(DUPLICATE, "A file of this id was received before.", file.message_id)
    except FileRefused as refused:
        session.counted(TARGET, "payment_file", effective=False)
        _refuse(ledger, path, refused, now, root)
        return False
    judged = _judge(ledger, file, today)
    kept = [(order, verdict, _keep(session, ledger, order, verdict)) for order, verdict in judged]
    ledger.keep_file(file.message_id, path.name, file.kind, "taken")
    facts = {"name": path.name, "kind": file.kind, "payments": len(judged)}
    session.took_effect(TARGET, "payment_file", file.message_id, facts)
    answered = [(order, verdict) for order, verdict, state in kept if state != LOST]
    if file.kind == "pain.001":
        answer = pain002.Answer(f"ACK-{file.message_id}"[:35], file.message_id, now, None, answered, len(judged))
        drop(root, FileDrop(TARGET, ack_path(file.message_id), pain002.write(answer), now))
    elif file.kind == "nacha":
        _send_back([pair for pair in answered if pair[1].status == REJECTED], file, now, root)
    return True


def _read(path: Path) -> PaymentFile:
    content = path.read_bytes()
    if path.parent.name == "positive_pay":
        return positive_pay.read(content, path.name)
    if content.startswith(b"101"):
        return nacha.read(content, us_customer().account_number)
    return pain001.read(content)


def _judge(ledger: Ledger, file: PaymentFile, today: date) -> Judged:
    """Look at each payment; one that is asked to be refused is."""
    known, judged = ledger.end_to_end_ids(), []
    for order in file.instructions:
        verdict = judge(order, known, today)
        asked = ledger.strike(("reject",), order) if verdict.status != REJECTED else None
        if asked:
            verdict = Verdict(REJECTED, asked.reason or "AC04", "The creditor's account is closed")
        if verdict.status != REJECTED:
            known.add(order.end_to_end_id)
        judged.append((order, verdict))
    return judged


def _keep(session: Session, ledger: Ledger, order: Instruction, verdict: Verdict) -> str:
    """Keep a payment; return its state. Of one that is lost nothing is heard again."""
    state = REFUSED if verdict.status == REJECTED else WAITING
    if state == WAITING and ledger.strike(("silent",), order):
        state = LOST
    ledger.keep_order(order, verdict, state)
    if state == REFUSED:
        session.counted(TARGET, "payment", effective=False)
    else:
        session.took_effect(TARGET, "payment", order.end_to_end_id, facts_of(order))
    return state


def facts_of(order: Instruction) -> dict[str, str]:
    """What the books tell of a payment; of an account the last four digits."""
    return {
        "message": order.message_id,
        "amount": str(order.amount),
        "currency": order.currency,
        "method": order.method,
        "creditor": order.creditor,
        "account": order.creditor_account[-4:],
    }


def _refuse(ledger: Ledger, path: Path, refused: FileRefused, now: datetime, root: Path) -> None:
    """Answer that nothing of a file was taken. Of one that is no pain.001 the reject folder alone tells."""
    message_id = refused.message_id or path.stem
    times = ledger.times_received(message_id) + 1
    ledger.keep_file(message_id, path.name, "", "refused")
    if path.suffix.lower() == ".xml":
        verdict = Verdict(REJECTED, refused.code, refused.text)
        answer = pain002.Answer(f"ACK{times}-{message_id}"[:35], refused.message_id or "NOTPROVIDED", now, verdict)
        drop(root, FileDrop(TARGET, ack_path(message_id, times), pain002.write(answer), now))


def _send_back(refused: Judged, file: PaymentFile, now: datetime, root: Path) -> None:
    """Send refused entries of a NACHA file back."""
    if refused:
        entries = [returned(order, RETURN_CODES[verdict.code], verdict.text) for order, verdict in refused]
        content = nacha_returns.write(entries, file.origin, now, file.message_id[-1])
        drop(root, FileDrop(TARGET, f"outgoing/returns/nacha_{_plain(file.message_id)}.ach", content, now))


def returned(order: Instruction, code: str, text: str) -> nacha_returns.Returned:
    """An entry of the ACH that comes back."""
    return nacha_returns.Returned(
        code=code,
        trace=order.trace,
        end_to_end_id=order.end_to_end_id,
        amount=order.amount,
        receiver=order.creditor_routing,
        account=order.creditor_account,
        creditor=order.creditor,
        text=text,
    )


def ack_path(message_id: str, times: int = 1) -> str:
    """Where the answer to a file is put; a file that comes again is answered beside the first answer."""
    return f"outgoing/acks/pain002_{_plain(message_id)}{f'_{times}' if times > 1 else ''}.xml"


def _plain(text: str) -> str:
    return re.sub(r"[^A-Za-z0-9-]", "_", text)
