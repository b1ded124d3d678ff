"""A full disk under the archive: told as what it is, tried again, and nothing is left half-written."""

from pathlib import Path

import pytest

from tests.integration.landing.test_killed import PROFILE
from tieout.archive import places, store
from tieout.errors import Transient
from tieout.landing.extract import extract_source
from tieout.sources.endpoint import Endpoint


@pytest.mark.parametrize("full", [0, 1, 2, 3], ids=["opening", "payload", "entry", "end of the file"])
def test_a_full_disk_is_told_as_one_and_the_next_attempt_lands_everything(
    make_configuration, make_context, rows, day, tmp_path, monkeypatch, full
):
    """The kernel refuses to write to /dev/full for want of space."""
    folder = tmp_path / "folder"
    folder.mkdir()
    (folder / "terms.csv").write_text("code,days\nN30,30\nN60,60\n")
    context = make_context(make_configuration(notes=PROFILE), {"notes": Endpoint(extra={"path": str(folder)})})
    refuse_write_number(full, Path(str(context.archive_root)), monkeypatch)

    outcome = extract_source("notes", day, context=context)

    assert isinstance(outcome.errors[0], Transient)
    assert "No space left on device" in str(outcome.errors[0])
    assert rows("select class, state from ops.incident") == [("unavailable", "retrying")]
    extract_source("notes", day, context=context).raise_failures()
    assert rows("select count(*), count(distinct _record_key) from raw.payment_term") == [(2, 2)]
    assert rows("select state from ops.incident") == [("resolved",)]
    assert list((Path(str(context.archive_root)) / "incoming").iterdir()) == []


def refuse_write_number(number: int, root: Path, monkeypatch) -> None:
    """Make one file that the archive writes, counted from 0, one on a full disk."""
    made = places.temporary_name
    count = iter(range(1000))

    def temporary_name() -> str:
        name = made()
        if next(count) == number:
            (root / name).parent.mkdir(parents=True, exist_ok=True)
            (root / name).symlink_to("/dev/full")
        return name

    for module in (places, store):
        monkeypatch.setattr(module, "temporary_name", temporary_name)
