"""The SFTP servers: an account and a root each; files are read and moved aside, nothing else."""

import base64
from collections.abc import Iterator
from contextlib import contextmanager

import paramiko
import pytest

from sandbox.scenario.model import DayPlay, FileDrop
from tests.integration.sandbox.served import Days, Running, at_hour

FILE = "/outgoing/receipts/r1.csv"


@contextmanager
def sftp_of(estate: Running, system: str, password: str | None = None) -> Iterator[paramiko.SFTPClient]:
    """A session with the credentials of a system and its pinned host key."""
    facts = estate.connection(system)
    key = paramiko.Ed25519Key(data=base64.b64decode(facts["extra"]["host_key"].split()[1]))
    client = paramiko.SSHClient()
    client.get_host_keys().add(f"[{facts['host']}]:{facts['port']}", "ssh-ed25519", key)
    client.set_missing_host_key_policy(paramiko.RejectPolicy())
    with client:
        client.connect(
            facts["host"],
            facts["port"],
            facts["login"],
            password or facts["password"],
            look_for_keys=False,
            allow_agent=False,
        )
        yield client.open_sftp()


@pytest.fixture
def dropped(estate: Running, days: Days) -> Running:
    """An estate whose supply system and bank dropped a file each."""
    drops = [
        FileDrop("supply", FILE.lstrip("/"), b"a;b\n1;2\n", at_hour(1, 20)),
        FileDrop("bank", "outgoing/statements/s1.xml", b"<x/>", at_hour(1, 23)),
    ]
    days.days[1] = DayPlay(1, files=drops)
    estate.advance()
    return estate


def test_each_system_shows_its_own_files_with_their_simulated_time(dropped: Running) -> None:
    with sftp_of(dropped, "supply") as supply:
        assert supply.open(FILE).read() == b"a;b\n1;2\n"
        assert supply.stat(FILE).st_mtime == int(at_hour(1, 20).timestamp())
        assert supply.listdir("/outgoing") == ["receipts"]
    with sftp_of(dropped, "bank") as bank:
        assert sorted(bank.listdir("outgoing/statements")) == ["done", "reject", "s1.xml"]


def test_a_taken_file_is_moved_aside(dropped: Running) -> None:
    with sftp_of(dropped, "supply") as supply:
        supply.rename(FILE, "/outgoing/receipts/done/r1.csv")
        supply.mkdir("/outgoing/done")
        supply.posix_rename("/outgoing/receipts/done/r1.csv", "/outgoing/done/r1.csv")
        assert supply.listdir("/outgoing/done") == ["r1.csv"]


def test_nothing_can_be_written_removed_or_moved_elsewhere(dropped: Running) -> None:
    with sftp_of(dropped, "supply") as supply:
        for attempt in (
            lambda: supply.open("/outgoing/new.csv", "w"),
            lambda: supply.open(FILE, "r+"),
            lambda: supply.remove(FILE),
            lambda: supply.rename(FILE, "/outgoing/receipts/r2.csv"),
            lambda: supply.rename(FILE, "/outgoing/done/../r2.csv"),
            lambda: supply.mkdir("/outgoing/other"),
            lambda: supply.rmdir("/outgoing/receipts/done"),
            lambda: supply.chmod(FILE, 0o777),
            lambda: supply.symlink("/etc/passwd", "/outgoing/receipts/done/passwd"),
        ):
            with pytest.raises(OSError):
                attempt()
        assert supply.open(FILE).read() == b"a;b\n1;2\n"


def test_nobody_leaves_the_root(dropped: Running) -> None:
    with sftp_of(dropped, "supply") as supply:
        for path in ("/../bank/outgoing/statements/s1.xml", "../../bank", "/etc/passwd"):
            with pytest.raises(FileNotFoundError):
                supply.stat(path)


def test_a_wrong_password_and_another_systems_password_are_refused(dropped: Running) -> None:
    for password in ("wrong", dropped.connection("bank")["password"]):
        with pytest.raises(paramiko.AuthenticationException), sftp_of(dropped, "supply", password):
            pass


def test_there_is_no_shell(dropped: Running) -> None:
    with sftp_of(dropped, "supply") as supply:
        transport = supply.get_channel().get_transport()
        with pytest.raises(paramiko.SSHException):
            transport.open_session().exec_command("id")


def test_a_server_that_is_down_ends_sessions_and_comes_back(dropped: Running) -> None:
    with sftp_of(dropped, "supply") as supply:
        dropped.fault(system="supply", kind="down")
        with pytest.raises((OSError, EOFError, paramiko.SSHException)):
            supply.listdir("/outgoing")
    with pytest.raises(OSError), sftp_of(dropped, "supply"):
        pass
    dropped.control.delete("/faults")
    with sftp_of(dropped, "supply") as supply:
        assert supply.listdir("/outgoing") == ["receipts"]


def test_a_session_that_is_cut_within_a_file_ends_and_the_next_reads_it_whole(dropped: Running) -> None:
    dropped.fault(system="supply", kind="cut", path="/outgoing", bytes=4, times=1)
    with sftp_of(dropped, "supply") as supply, pytest.raises((OSError, EOFError, paramiko.SSHException)):
        supply.open(FILE.lstrip("/")).read()
    with sftp_of(dropped, "supply") as supply:
        assert supply.open(FILE).read() == b"a;b\n1;2\n"
