import stat

from launcher import credentials
from launcher.files import read_json, write_json


def test_a_private_file_is_readable_by_its_owner_alone(tmp_path):
    path = tmp_path / "folder" / "secrets.json"
    write_json(path, {"a": 1})
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert read_json(path) == {"a": 1}


def test_credentials_outlive_a_restart(tmp_path):
    path = tmp_path / "secrets.json"
    assert credentials.load(path) == credentials.load(path)


def test_two_stacks_have_different_credentials(tmp_path):
    assert credentials.load(tmp_path / "a.json") != credentials.load(tmp_path / "b.json")
