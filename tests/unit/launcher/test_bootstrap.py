from collections import namedtuple

import pytest

from launcher import bootstrap

Usage = namedtuple("Usage", "total used free")


def test_an_old_python_is_refused_with_its_version_and_what_to_do():
    with pytest.raises(bootstrap.Unfit, match=r"3\.11 or newer, but /usr/bin/python3 is 3\.9: install one"):
        bootstrap.check_python((3, 9, 18), "/usr/bin/python3")


@pytest.mark.parametrize("version", [(3, 11, 0), (3, 12, 1), (4, 0, 0)])
def test_python_3_11_and_newer_are_taken(version):
    bootstrap.check_python(version, "python")


def test_missing_programs_are_named():
    with pytest.raises(bootstrap.Unfit, match="needs git and make"):
        bootstrap.check_programs(find=lambda name: None)


def test_a_full_disk_is_refused_with_what_is_free_and_what_is_needed():
    with pytest.raises(bootstrap.Unfit, match=r"has 0\.5 GB free and Tieout needs 2\.0 GB: free some"):
        bootstrap.check_disk("/", 2 * 1024**3, usage=lambda _: Usage(0, 0, 512 * 1024**2))


def test_a_disk_with_room_is_taken_also_for_a_folder_that_is_not_there_yet():
    bootstrap.check_disk("/not/there/yet", 1024, usage=lambda _: Usage(0, 0, 4096))


def test_progress_says_how_many_packages_were_found():
    assert bootstrap._progress(0, 220) == "working"
    assert bootstrap._progress(40, 220) == "40 of 220 packages found"
    assert bootstrap._progress(230, 220) == "unpacking 220 packages"
