"""Which files are ready, and that no name leads elsewhere."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from tieout.errors import ConfigurationError
from tieout.sources.files import FileInfo, FileRead, NotStable, has_come, payload, put_away, ready, safe_name

READ = FileRead(directory="out", pattern="*.csv", done="done")
OLD = datetime(2026, 1, 1, tzinfo=UTC)


class Folder:
    """Files in memory; may change between two looks."""

    def __init__(self, **contents: bytes) -> None:
        self.files = {f"out/{name.replace('_', '.')}": content for name, content in contents.items()}
        self.on_listing = lambda: None

    def listing(self, directory: str) -> list[FileInfo]:
        found = [
            FileInfo(path.removeprefix("out/"), len(content), OLD)
            for path, content in self.files.items()
            if path.startswith(directory)
        ]
        self.on_listing()
        return found

    def content(self, path: str) -> Iterator[bytes]:
        yield self.files[path]

    def move(self, path: str, target: str) -> None:
        self.files[target] = self.files.pop(path)

    def exists(self, path: str) -> bool:
        return path in self.files


def names(folder: Folder, read: FileRead = READ) -> list[str]:
    """Return the names of what is ready."""
    return [info.name for info in ready(folder, read, lambda seconds: None)]


def test_files_that_stand_still_are_taken_by_name():
    assert names(Folder(b_csv=b"1", a_csv=b"2", c_txt=b"3")) == ["a.csv", "b.csv"]


def test_a_file_that_grows_between_two_looks_waits():
    folder = Folder(a_csv=b"1", b_csv=b"2")
    folder.on_listing = lambda: folder.files.update({"out/a.csv": folder.files["out/a.csv"] + b"x"})
    assert names(folder) == ["b.csv"]


def test_a_file_that_changes_while_it_is_read_waits():
    folder = Folder(a_csv=b"1")
    (info,) = ready(folder, READ, lambda seconds: None)
    folder.files["out/a.csv"] = b"12"
    with pytest.raises(NotStable):
        list(payload(folder, READ, info).chunks)


def test_a_file_waits_for_its_marker():
    read = replace(READ, marker="*.ok")
    folder = Folder(a_csv=b"1", b_csv=b"2")
    folder.files["out/b.csv.ok"] = b""
    assert names(folder, read) == ["b.csv"]


def test_a_finished_file_is_moved_with_its_marker_and_overwrites_nothing():
    read = replace(READ, marker="*.ok")
    folder = Folder(a_csv=b"2")
    folder.files |= {"out/a.csv.ok": b"", "done/a.csv": b"1"}
    put_away(folder, read, "a.csv", read.done, "0123456789abcdef")
    assert sorted(folder.files) == ["done/a.csv", "done/a.csv.0123456789abcd", "done/a.csv.ok"]
    assert folder.files["done/a.csv"] == b"1"


@pytest.mark.parametrize(
    "name", ["../x.csv", "a/b.csv", "a\\b.csv", ".hidden.csv", "a\n.csv", "a\0.csv", "", "x" * 300]
)
def test_names_with_tricks_are_not_files(name):
    assert not safe_name(name)


@pytest.mark.parametrize("directory", ["/etc", "../x", "a/../../b"])
def test_a_folder_does_not_leave_the_connections_own(directory):
    with pytest.raises(ConfigurationError):
        names(Folder(), replace(READ, directory=directory))


@pytest.mark.parametrize(
    ("name", "at", "there"),
    [
        ("a.csv", OLD, True),
        ("a.csv", OLD - timedelta(seconds=1), False),
        ("a.txt", OLD, False),
        (".a.csv", OLD, False),
    ],
)
def test_a_file_has_come_when_its_name_matches_and_it_is_of_the_time(name, at, there):
    assert has_come([FileInfo(name, 1, at)], READ, since=OLD) is there


def test_where_there_are_markers_the_marker_has_to_come():
    marked = replace(READ, marker="*.ok")
    assert not has_come([FileInfo("a.csv", 1, OLD)], marked, since=OLD)
    assert has_come([FileInfo("a.csv.ok", 0, OLD)], marked, since=OLD)
