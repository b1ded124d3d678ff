import os
import signal
import sys
import time
from pathlib import Path

import pytest

from launcher import processes

CHILD = """
import subprocess, sys, time
subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"], start_new_session=True)
time.sleep(60)
"""
STUBBORN = (
    "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('ready', flush=True); time.sleep(60)"
)


def start(code: str, folder: Path, mark: str) -> processes.Child:
    environment = {**os.environ, processes.MARK: mark}
    return processes.start("child", [sys.executable, "-c", code], environment, folder / "child.log", folder)


def wait_for(condition):
    deadline = time.monotonic() + 20
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.05)


def test_stopping_ends_also_what_left_the_group_of_the_child(tmp_path):
    child = start(CHILD, tmp_path, str(tmp_path))
    wait_for(lambda: len(processes.marked(str(tmp_path))) == 2)
    processes.stop([child], str(tmp_path), grace=1)
    assert not child.running()
    assert processes.marked(str(tmp_path)) == []


def test_a_child_that_does_not_listen_is_forced(tmp_path):
    child = start(STUBBORN, tmp_path, str(tmp_path))
    wait_for(lambda: "ready" in child.tail())
    processes.stop([child], str(tmp_path), grace=0.3)
    assert not child.running()


@pytest.mark.parametrize(
    "end",
    [processes.end_left_behind, lambda child: processes.stop([child], "nobody's", grace=0.3)],
    ids=["end", "stop"],
)
def test_what_a_killed_child_left_behind_is_ended_and_its_siblings_are_left_alone(tmp_path, end):
    killed = start(CHILD.replace("start_new_session=True", ""), tmp_path, str(tmp_path))
    sibling = start("import time; time.sleep(60)", tmp_path, str(tmp_path))
    wait_for(lambda: len(processes.marked(str(tmp_path))) == 3)
    os.kill(killed.pid, signal.SIGKILL)
    wait_for(lambda: not killed.running())
    end(killed)
    wait_for(lambda: len(processes.marked(str(tmp_path))) == 1)
    assert sibling.running()
    processes.stop([sibling], str(tmp_path), grace=1)


def test_a_recorded_process_whose_pid_now_belongs_to_another_is_not_ours(tmp_path):
    stranger = processes.Child("child", os.getpid(), 1.0, str(tmp_path / "log"))
    assert not stranger.running()


@pytest.mark.parametrize(("code", "status"), [("raise SystemExit(3)", 3), ("import time; time.sleep(60)", 124)])
def test_a_command_is_run_to_its_end_or_to_the_end_of_its_time(tmp_path, code, status):
    command = [sys.executable, "-c", code]
    assert processes.run(command, os.environ, tmp_path / "log", tmp_path, seconds=2) == status


def test_the_tail_of_a_log_leaves_out_empty_lines(tmp_path):
    log = tmp_path / "log"
    log.write_text("one\n\ntwo\n\nthree\n\n")
    assert processes.tail(log, 2) == "two\nthree"
