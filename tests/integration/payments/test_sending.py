"""Files are made once and sent once: whatever ends where, and whatever the bank does meanwhile."""

import threading
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import paramiko
import psycopg
import pytest

from tests.integration.payments.conftest import IBAN, KEYS, OUR_IBAN, OURS
from tests.support.banks import BANK
from tests.support.planted import files_that_show, tables_that_show
from tieout.archive.keys import Keys
from tieout.archive.store import Archive
from tieout.errors import Refused, Transient
from tieout.landing.rotation import rotate
from tieout.payments import files, journal, page, sending, store
from tieout.payments.rendering import render


class KilledError(BaseException):
    """The worker is gone: nothing of ours runs after it."""


@pytest.fixture
def approved(paying):
    """An approved batch of two payments."""
    paying.propose("P1", "100.00")
    paying.propose("P2", "20.50", vendor="V2")
    (batch,) = paying.freeze()
    assert paying.answer(batch, "c.fo").state == "approved"
    return batch


def archived(paying, file) -> bytes:
    return b"".join(paying.archive.read(file.sha256))


def test_the_bank_gets_the_bytes_that_are_in_the_archive(paying, approved):
    (file,) = paying.make(approved)
    assert paying.at_bank() == []
    assert paying.send(approved) == [f"pain001_{approved.batch_id}.xml"]
    content = (paying.folder / file.name).read_bytes()
    assert content == archived(paying, file)
    assert f"<MsgId>{approved.batch_id}</MsgId>".encode() in content
    assert b"<CtrlSum>120.50</CtrlSum>" in content
    assert content.count(b"<EndToEndId>") == 2
    assert content.count(IBAN.encode()) == 2
    assert list(paying.folder.glob("*.part")) == []


def test_each_step_is_told_to_the_audit_in_its_order(paying, approved):
    paying.make(approved)
    paying.send(approved)
    told = [row[0] for row in paying.rows("select action from audit.event order by event_id")]
    assert told == ["payment_proposed", "payment_approved", "payment_file_made", "payment_sent"]
    assert paying.steps(approved) == ["proposed", "approved", "made", "sent"]


def test_account_numbers_are_readable_in_the_banks_file_and_nowhere_else(paying, caplog):
    """Neither in tables, logs, the archive, the page that approvers see, nor in what tasks hand on to each other."""
    caplog.set_level("DEBUG")
    paying.propose("P1", "100.00")
    (batch,) = paying.freeze()
    shown = [*page.pages(paying.dsn, [batch]), batch, paying.answer(batch, "c.fo"), paying.make(batch)]
    shown += [paying.send(batch), paying.land()]
    (file,) = paying.at_bank()
    assert IBAN in (paying.folder / file).read_text()
    assert tables_that_show(paying.dsn, [IBAN, OUR_IBAN]) == []
    assert files_that_show([paying.archive_folder], [IBAN, OUR_IBAN]) == []
    for text in (caplog.text, str(shown), repr(OURS)):
        assert IBAN not in text
        assert OUR_IBAN not in text


def test_a_batch_that_was_approved_under_an_old_key_is_made_with_the_new_one_alone(paying, approved):
    both, new = (Keys([b"n" * 32, *old], KEYS.token) for old in (KEYS.encryption, []))
    root = str(paying.archive_folder)
    rotate(paying.dsn, Archive(root, both), both, by="engineer", now=paying.now, trace_id="run")
    (made,) = files.make(
        paying.dsn, Archive(root, new), new, approved.batch_id,
        paying_account=lambda _: OURS, render=render, now=paying.now,
    )  # fmt: skip
    assert b"".join(Archive(root, new).read(made.sha256)).count(IBAN.encode()) == 2


def test_a_second_try_makes_and_sends_nothing(paying, approved):
    made = paying.make(approved)
    paying.send(approved)
    (paying.folder / made[0].name).unlink()
    paying.now += timedelta(days=1)
    assert paying.make(approved) == made
    assert paying.send(approved) == []
    assert paying.at_bank() == []


def test_a_batch_that_nobody_approved_is_not_made(paying):
    paying.propose("P1", "100.00")
    (batch,) = paying.freeze()
    assert paying.make(batch) == []
    assert paying.send(batch) == []


def test_a_batch_that_was_changed_after_its_approval_is_not_made(paying, approved):
    with psycopg.connect(paying.dsn) as connection:
        connection.execute("set session_replication_role = replica")
        connection.execute("update payments.payment set amount = amount + 1")
    with pytest.raises(Refused, match="not what was approved"):
        paying.make(approved)
    assert paying.rows("select * from payments.file") == []


def test_an_account_that_fails_its_check_stops_the_batch_and_is_not_shown(paying):
    wrong = IBAN[:-1] + "1"
    paying.account("V1", number=wrong)
    paying.propose("P1", "100.00", account_token=paying.account("V1", number=wrong))
    (batch,) = paying.freeze()
    paying.answer(batch, "c.fo")
    assert paying.make(batch) == []
    ((reason,),) = paying.rows("select reason from payments.step where step = 'refused'")
    assert reason == "the account of Supplier V1 cannot be paid to: IBAN fails its check"


def test_money_goes_to_the_bank_that_was_approved_though_the_master_names_another_since(paying, approved):
    """What was landed and not transformed yet was seen by nobody: nothing of it is used."""
    fields = "_source_system, _record_key, _batch_id, _payload_sha256, _profile_version, _ingested_at, _trace_id,"
    fields += " vendor_number, account_ref, account_number_token, account_number_encrypted"
    paying.rows(
        f"insert into raw.vendor_bank_account ({fields}, _row_number, _row_sha256, _source_updated_at, routing_number)"
        f" select {fields}, 2, 'rerouted', now(), 'DEUTDEFFXXX' from raw.vendor_bank_account"
    )
    (file,) = paying.make(approved)
    content = archived(paying, file)
    assert (content.count(b"COBADEFFXXX"), content.count(b"DEUTDEFFXXX")) == (2, 0)


def test_a_restored_warehouse_makes_no_file_that_was_sent_before(paying, approved):
    journal.note(paying.archive, f"pain001_{approved.batch_id}.xml", approved.batch_id, paying.now)
    with pytest.raises(Refused, match="After a restore"):
        paying.make(approved)
    assert paying.rows("select * from payments.file") == []


def killed_at(monkeypatch: pytest.MonkeyPatch, moment: int) -> None:
    """End the worker before (even) or after (odd) its n-th step: in the archive, on the wire, in the warehouse."""
    passed = iter(range(10_000))

    def wrapped(call: Callable[..., Any]) -> Callable[..., Any]:
        def step(*args: Any, **kwargs: Any) -> Any:
            if next(passed) == moment:
                raise KilledError
            found = call(*args, **kwargs)
            if next(passed) == moment:
                raise KilledError
            return found

        return step

    for owner, name in (
        (Archive, "put"),
        (files, "_keep"),
        (store, "add_step"),
        (psycopg.Connection, "commit"),
        (paramiko.SFTPClient, "listdir_attr"),
        (paramiko.SFTPClient, "open"),
        (paramiko.SFTPFile, "write"),
        (paramiko.SFTPClient, "rename"),
        (sending, "_record"),
    ):
        monkeypatch.setattr(owner, name, wrapped(getattr(owner, name)))


@pytest.mark.parametrize("taken", [True, pytest.param(False, marks=pytest.mark.slow)], ids=["taken", "left"])
def test_a_worker_killed_at_any_moment_sends_each_payment_once(paying, taken):
    """Whether the bank takes a file at once or leaves it where it is."""
    done = paying.folder / "done"
    done.mkdir(exist_ok=True)
    moment, survived, sent = 0, False, {}
    while not survived:
        payment = f"P{moment}"
        paying.propose(payment, "1.00", vendor=f"V{moment}")
        (batch,) = paying.freeze()
        paying.answer(batch, "c.fo")
        with pytest.MonkeyPatch.context() as patches:
            killed_at(patches, moment)
            try:
                paying.make(batch)
                paying.send(batch)
                survived = True
            except KilledError:
                pass
        if taken:
            for path in paying.folder.glob("*.xml"):
                path.rename(done / path.name)
        before = {path.name: path.stat().st_mtime_ns for path in paying.folder.rglob("*.xml")}
        paying.make(batch)
        paying.send(batch)
        after = {path.name: path.stat().st_mtime_ns for path in paying.folder.rglob("*.xml")}
        assert before.items() <= after.items(), "a file was written twice"
        assert paying.steps(batch) == ["proposed", "approved", "made", "sent"]
        sent[payment] = (paying.folder / f"pain001_{batch.batch_id}.xml", done / f"pain001_{batch.batch_id}.xml")
        moment += 1
    assert moment > 2 * 9
    for payment, places in sent.items():
        (place,) = [path for path in places if path.exists()]
        assert place.read_bytes().count(f"<EndToEndId>{payment}</EndToEndId>".encode()) == 1
    assert len(list(paying.folder.rglob("*.xml"))) == moment


def refuse(paying, batch):
    paying.insert("payments.step", batch_id=batch.batch_id, step="refused", actor="c.fo", at=paying.now)


def test_a_batch_that_is_refused_by_hand_after_its_file_was_made_is_not_sent(paying, approved):
    paying.make(approved)
    refuse(paying, approved)
    assert paying.send(approved) == []
    assert paying.at_bank() == []
    with pytest.raises(psycopg.errors.RaiseException, match="was refused: it cannot be sent"):
        paying.insert("payments.step", batch_id=approved.batch_id, step="sent", actor="x", at=paying.now)


def test_a_batch_that_was_sent_cannot_be_refused(paying, approved):
    paying.make(approved)
    paying.send(approved)
    with pytest.raises(psycopg.errors.RaiseException, match="was sent"):
        refuse(paying, approved)
    assert len(paying.rows("select * from payments.claim")) == 2


def test_a_batch_cannot_be_refused_while_it_is_being_sent(paying, approved, monkeypatch):
    paying.make(approved)
    put = sending.put

    def refused_meanwhile(*given: Any) -> bool:
        with psycopg.connect(paying.dsn) as connection:
            connection.execute("set lock_timeout = 50")
            with pytest.raises(psycopg.errors.LockNotAvailable):
                connection.execute(
                    "insert into payments.step (batch_id, step, actor, at) values (%s, 'refused', 'c.fo', now())",
                    (approved.batch_id,),
                )
        return put(*given)

    monkeypatch.setattr(sending, "put", refused_meanwhile)
    assert paying.send(approved) != []


def test_two_workers_at_once_send_a_file_once(paying, approved, monkeypatch):
    paying.make(approved)
    puts = []
    put = sending.put
    monkeypatch.setattr(sending, "put", lambda *given: puts.append(put(*given)))
    threads = [threading.Thread(target=paying.send, args=[approved]) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert puts == [True]


def test_a_folder_that_is_not_there_refuses_and_the_same_bytes_are_sent_when_it_is(paying, approved):
    (file,) = paying.make(approved)
    away = paying.folder.with_name("away")
    paying.folder.rename(away)
    try:
        with pytest.raises(Refused, match="no folder"):
            paying.send(approved)
        assert "sent" not in paying.steps(approved)
    finally:
        away.rename(paying.folder)
    assert paying.send(approved) == [file.name]
    assert (paying.folder / file.name).read_bytes() == archived(paying, file)


def test_a_bank_that_refuses_to_take_files_is_not_sent_to(paying, approved, monkeypatch):
    paying.make(approved)

    def deny(*_: Any) -> None:
        raise PermissionError("no")

    with monkeypatch.context() as patches:
        patches.setattr(paramiko.SFTPClient, "open", deny)
        with pytest.raises(Refused):
            paying.send(approved)
    assert paying.steps(approved) == ["proposed", "approved", "made"]
    assert paying.send(approved) != []


def test_a_bank_that_is_down_is_tried_again(paying, approved):
    paying.make(approved)
    up = paying.endpoint
    paying.endpoint = replace(up, port=1)
    with pytest.raises(Transient):
        paying.send(approved)
    paying.endpoint = up
    assert paying.send(approved) != []


def test_another_file_of_our_name_at_the_bank_is_not_taken_for_ours(paying, approved):
    (file,) = paying.make(approved)
    Path(paying.folder / file.name).write_bytes(b"something else")
    with pytest.raises(Refused, match="ask the bank"):
        paying.send(approved)
    assert "sent" not in paying.steps(approved)


def test_a_us_batch_leaves_as_nacha_and_its_cheques_as_positive_pay(paying, monkeypatch):
    us = {"payment_profile": "us", "requested_date": "2026-03-11"}
    monkeypatch.setattr(files, "unpayable", lambda *_: [])
    paying.routing = "021000021"
    paying.propose("P" + "a" * 20, "10.00", method="ach", account_token=paying.account("V1", "123456789"), **us)
    paying.propose("P" + "b" * 20, "7.00", vendor="V2", method="cheque", **us)
    (batch,) = paying.freeze()
    paying.answer(batch, "c.fo")
    ours = files.PayingAccount("Clinic", files.Account("987654321", "021000021"), "First Bank", "021000021", BANK)
    made = files.make(
        paying.dsn, paying.archive, KEYS, batch.batch_id,
        paying_account=lambda _: ours, render=render, now=paying.now,
    )  # fmt: skip
    (paying.folder.parent / "positive_pay").mkdir(exist_ok=True)
    assert sorted(file.name for file in made) == sorted(paying.send(batch))
    assert paying.rows(
        "select payment_id, end_to_end_id, instruction_id, file_name from payments.instruction order by 1"
    ) == [
        ("P" + "a" * 20, "P" + "a" * 14, "021000020000001", f"nacha_{batch.batch_id}.ach"),
        ("P" + "b" * 20, "P" + "b" * 20, "100001", f"positive_pay_{batch.batch_id}.csv"),
    ]


def test_ach_files_of_a_day_and_their_entries_have_numbers_of_their_own_whichever_account_pays(paying):
    """The day is that of the approval, which stands in the file, not that of its making."""
    paying.routing = "021000021"
    ours = files.PayingAccount("Clinic", files.Account("987654321", "021000021"), "First Bank", "021000021", BANK)
    headers, traces = [], []
    for number, account in enumerate(("clinic", "clinic", "other account")):
        payment = f"P{number}" + "a" * 20
        paying.propose(payment, "10.00", method="ach", account_token=paying.account("V1", "123456789"),
                       payment_profile="us", paying_account=account)  # fmt: skip
        (batch,) = paying.freeze()
        paying.answer(batch, "c.fo")
        paying.now += timedelta(hours=7 * (number + 1) - 1)
        (made,) = files.make(
            paying.dsn, paying.archive, KEYS, batch.batch_id,
            paying_account=lambda _: ours, render=render, now=paying.now,
        )  # fmt: skip
        headers.append(archived(paying, made).decode().splitlines()[0][23:34])
        traces += paying.rows("select instruction_id from payments.instruction where payment_id = %s", payment)
    assert [header[:6] + header[-1] for header in headers] == ["260310A", "260310B", "260311A"]
    assert traces == [("021000020000001",), ("021000020000002",), ("021000020000003",)]
