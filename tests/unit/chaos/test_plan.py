from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chaos.plan import deal

NAMES = [f"fault {number}" for number in range(19)]


def test_the_same_seed_deals_the_same_faults_to_the_same_days():
    assert deal(NAMES, 5, 7) == deal(NAMES, 5, 7)
    assert deal(NAMES, 5, 7) != deal(NAMES, 5, 8)


@given(st.lists(st.text(min_size=1), unique=True), st.integers(1, 8), st.integers())
def test_every_fault_is_dealt_once_and_no_day_has_two_more_than_another(names, days, seed):
    dealt = deal(names, days, seed)
    assert Counter(name for day in dealt for name in day) == Counter(names)
    assert max(map(len, dealt)) - min(map(len, dealt)) <= 1


def test_faults_without_a_day_are_refused():
    with pytest.raises(ValueError, match="at least one day"):
        deal(NAMES, 0, 7)
