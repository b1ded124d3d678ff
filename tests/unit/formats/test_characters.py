"""Characters that a bank takes."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tieout.errors import Unwritable
from tieout.formats.characters import ASCII, LATIN, spell


@pytest.mark.parametrize(
    ("text", "spelled"),
    [
        ("Müller & Söhne", "Muller + Sohne"),
        ("Łódź Ærø ßtraße", "Lodz AEro sstrasse"),
        ("a_b;c [d] {e} #1", "a-b,c (d) (e) .1"),
        ("  two\n lines\t", "two lines"),
        ("“quoted” – dash…", "'quoted' - dash..."),
        ("ﬁx № ½", "fix No 1/2"),
        ("u\u0308", "u"),
    ],
)
def test_what_has_a_spelling_is_spelled(text, spelled):
    assert spell(text, LATIN, "name") == spelled


def test_what_the_bank_takes_stays_as_it_is():
    assert spell("A&B_C;", ASCII, "name") == "A&B_C;"


def test_what_remains_is_refused_by_code_point_and_not_shown():
    with pytest.raises(Unwritable, match=r"^The name holds characters that the bank does not take: U\+75C5, U\+9662"):
        spell("St. 病院", LATIN, "name")


def test_a_text_that_is_cut_does_not_end_in_a_blank():
    assert spell("abc def", LATIN, "name", longest=4) == "abc"


@given(st.text())
def test_nothing_gets_out_that_the_bank_does_not_take(text):
    try:
        spelled = spell(text, LATIN, "name")
    except Unwritable:
        return
    assert set(spelled) <= LATIN
    assert spell(spelled, LATIN, "name") == spelled
