"""A person has one login, however it is spelled."""

import pytest

from tieout.people.logins import login


@pytest.mark.parametrize("name", ["C.FO", " c.fo ", "c.fo@lake.example", "LAKE\\c.fo", "lake\\C.Fo @lake.example"])
def test_spelling_does_not_make_two_of_one(name):
    assert login(name) == "c.fo"
