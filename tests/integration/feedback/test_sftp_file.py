"""Files of messages on an SFTP server: whole, once, whatever happens in between."""

import csv
import io
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import paramiko
import pytest

from tests.integration.landing.servers import serve_sftp
from tieout.feedback import batches, delivery, parcels
from tieout.feedback.targets import Authentication, Send

FOLDER = "incoming/discrepancies"
RUN = 3  # messages in each file


class KilledError(BaseException):
    """The worker is gone: nothing of ours runs after it."""


@pytest.fixture(scope="module")
def drop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Path, Any]]:
    """The root of an SFTP server, and its endpoint."""
    root = tmp_path_factory.mktemp("drop")
    with serve_sftp(root) as endpoint:
        yield root, endpoint


@pytest.fixture
def files(loop, drop):
    """The loop with a target that takes files, and the folder that they come to."""
    root, endpoint = drop
    folder = root / FOLDER
    for place in (folder, folder / "done"):
        place.mkdir(parents=True, exist_ok=True)
        for left in place.glob("*.csv*"):
            left.unlink()
    target = loop.targets["ap"]
    operation = replace(
        target.operations["match_result"],
        entities={},
        send=Send(directory=FOLDER, file="discrepancies_{batch}.csv", done=f"{FOLDER}/done"),
    )
    loop.targets["files"] = replace(
        target,
        name="files",
        kind="sftp_file",
        authentication=Authentication("none"),
        operations={"match_result": operation},
    )
    loop.endpoints["files"] = endpoint
    return folder


def publish(loop, *subjects, verdict="matched"):
    for subject in subjects:
        loop.conclude(subject, verdict, target="files")
    loop.publish()


def rows(folder: Path) -> list[dict[str, str]]:
    """All rows of all files that a target would take, or took."""
    paths = [*folder.glob("*.csv"), *folder.glob("done/*.csv")]
    return [row for path in paths for row in csv.DictReader(io.StringIO(path.read_text(), newline=""))]


def sent(folder: Path) -> list[tuple[str, str]]:
    return sorted((row["invoiceId"], row["verdict"]) for row in rows(folder))


def test_what_is_due_goes_into_one_file(loop, files):
    publish(loop, "INV-1", "INV-2", "INV-3")
    assert loop.deliver("files").acknowledged == 3
    assert len(list(files.iterdir())) == 2  # the file, and done
    assert sent(files) == [("INV-1", "matched"), ("INV-2", "matched"), ("INV-3", "matched")]
    assert {row["lines"] for row in rows(files)} == {'[{"verdict": "matched", "lineNumber": 1}]'}
    keys = {row[0] for row in loop.rows("select idempotency_key from feedback.outbox")}
    assert {row["messageKey"] for row in rows(files)} == keys
    assert loop.deliver("files").acknowledged == 0
    assert loop.states("files") == {f"INV-{number}": ["acknowledged"] for number in (1, 2, 3)}


def test_a_newer_conclusion_is_in_the_next_file_and_one_that_was_not_written_is_in_none(loop, files):
    publish(loop, "INV-1", verdict="exception")
    publish(loop, "INV-1", verdict="awaiting_receipt")
    delivered = loop.deliver("files")
    assert (delivered.acknowledged, delivered.superseded) == (1, 1)
    publish(loop, "INV-1", verdict="matched")
    loop.deliver("files")
    assert sent(files) == [("INV-1", "awaiting_receipt"), ("INV-1", "matched")]
    assert len(list(files.glob("*.csv"))) == 2


def killed_at(monkeypatch: pytest.MonkeyPatch, moment: int) -> None:
    """End the worker before (even) or after (odd) its n-th step, on the wire or in the warehouse."""
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
        (paramiko.SFTPClient, "stat"),
        (paramiko.SFTPClient, "open"),
        (paramiko.SFTPFile, "write"),
        (paramiko.SFTPClient, "rename"),
        (batches, "assign"),
        (parcels, "record"),
    ):
        monkeypatch.setattr(owner, name, wrapped(getattr(owner, name)))


def test_a_worker_killed_at_any_moment_has_every_row_in_one_file_though_the_target_takes_files_at_once(loop, files):
    moment, survived = 0, False
    while not survived:
        subjects = [f"{moment}-{number}" for number in range(RUN)]
        publish(loop, *subjects)
        with pytest.MonkeyPatch.context() as patches:
            killed_at(patches, moment)
            try:
                loop.deliver("files")
                survived = True
            except KilledError:
                assert loop.states("files")[subjects[0]] == ["pending"]
        for path in files.glob("*.csv"):
            path.rename(files / "done" / path.name)
        # What is concluded meanwhile goes into a file of its own.
        publish(loop, f"{moment}-later")
        loop.deliver("files")
        moment += 1
    assert moment > 2 * 6
    expected = [f"{done}-{number}" for done in range(moment) for number in [*range(RUN), "later"]]
    assert sorted(row["invoiceId"] for row in rows(files)) == sorted(expected)
    assert {state for states in loop.states("files").values() for state in states} == {"acknowledged"}


def test_a_batch_of_which_a_part_was_replaced_before_it_was_written_goes_into_another_file(loop, files, monkeypatch):
    publish(loop, "INV-1", "INV-2")
    with monkeypatch.context() as patches:
        killed_at(patches, 2)  # the batch is kept, the file is not there
        with pytest.raises(KilledError):
            loop.deliver("files")
    publish(loop, "INV-1", verdict="exception")
    loop.deliver("files")
    assert sent(files) == [("INV-1", "exception"), ("INV-2", "matched")]
    assert loop.states("files") == {"INV-1": ["superseded", "acknowledged"], "INV-2": ["acknowledged"]}


def test_a_batch_of_which_a_part_was_replaced_after_it_was_written_is_not_written_again(loop, files, monkeypatch):
    publish(loop, "INV-1", "INV-2")
    with monkeypatch.context() as patches:
        patches.setattr(parcels, "record", lambda *_: (_ for _ in ()).throw(KilledError))
        with pytest.raises(KilledError):
            loop.deliver("files")
    publish(loop, "INV-1", verdict="exception")
    loop.deliver("files")
    assert sent(files) == [("INV-1", "exception"), ("INV-1", "matched"), ("INV-2", "matched")]


def test_what_was_switched_off_since_it_was_put_into_a_batch_is_not_in_its_file(loop, files, monkeypatch):
    loop.conclude("INV-2", target="files", entity="H2")
    publish(loop, "INV-1")
    with monkeypatch.context() as patches:
        killed_at(patches, 2)  # the batch is kept, the file is not there
        with pytest.raises(KilledError):
            loop.deliver("files")
    loop.mode("files", "live", H2="off")
    loop.deliver("files")
    assert sent(files) == [("INV-1", "matched")]
    assert loop.states("files") == {"INV-1": ["acknowledged"], "INV-2": ["pending"]}
    loop.mode("files", "live")
    loop.deliver("files")
    assert sent(files) == [("INV-1", "matched"), ("INV-2", "matched")]


def test_a_folder_that_is_not_there_is_refused_and_the_rest_waits(loop, files):
    operation = loop.targets["files"].operations["match_result"]
    wrong = replace(operation, send=replace(operation.send, directory="incoming/elsewhere", done=""))
    loop.change("files", operations={"match_result": wrong}, batch_size=1)
    publish(loop, "INV-1", "INV-2")
    with pytest.raises(delivery.Refused, match="no folder"):
        loop.deliver("files")
    assert loop.states("files") == {"INV-1": ["dead"], "INV-2": ["pending"]}
    assert ("refused", "dead") in loop.incidents()


def test_a_server_that_is_down_keeps_its_messages_waiting(loop, files):
    loop.endpoints["files"] = replace(loop.endpoints["files"], port=1)
    publish(loop, "INV-1", "INV-2")
    loop.change("files", retry=replace(loop.targets["files"].retry, first=timedelta(hours=1)))
    assert loop.deliver("files").retries == 2
    assert set(map(tuple, loop.states("files").values())) == {("retrying",)}


def test_a_session_that_is_cut_within_a_file_has_every_row_in_one_file_in_the_end(loop, files, monkeypatch):
    publish(loop, "INV-1", "INV-2")
    write = paramiko.SFTPFile.write
    cuts = []

    def cut(file: paramiko.SFTPFile, data: bytes) -> None:
        write(file, data[: len(data) // 2])
        if not cuts:
            cuts.append(len(data) // 2)
            file.sftp.get_channel().get_transport().close()
        write(file, data[len(data) // 2 :])

    monkeypatch.setattr(paramiko.SFTPFile, "write", cut)
    delivered = loop.deliver("files")
    assert cuts[0] > 0
    assert delivered.retries == 2
    assert sent(files) == [("INV-1", "matched"), ("INV-2", "matched")]
    assert loop.states("files") == {"INV-1": ["acknowledged"], "INV-2": ["acknowledged"]}
