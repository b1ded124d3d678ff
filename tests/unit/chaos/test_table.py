import io

from rich.console import Console

from chaos.books import KINDS, Books, Ending, differences
from chaos.run import Day
from chaos.table import show, totals


def a_day(struck, **findings):
    return Day("one", struck, Books({kind: findings.get(kind.replace(" ", "_"), []) for kind in KINDS}))


def shown(days, apart):
    page = io.StringIO()
    return show(Console(file=page, width=200), days, apart), page.getvalue()


def test_a_fault_that_struck_and_lost_nothing_held_and_one_that_never_came_did_not_strike():
    verdicts = {name: verdict for name, _, _, verdict in totals([a_day({"outage": 2, "cut_sftp": 0})])}
    assert verdicts == {"outage": "held", "cut_sftp": "did not strike"}


def test_one_lost_row_fails_every_fault_of_its_interval_and_the_suite():
    good, text = shown([a_day({"outage": 1}, rows_lost=["invoice 1"]), a_day({"kill_build": 1})], {})
    assert not good
    assert "invoice 1" in text
    assert text.count("FAILED") == 1


def test_marts_that_differ_fail_the_suite_though_every_book_balances():
    assert shown([a_day({"outage": 1})], {"marts": []})[0]
    assert not shown([a_day({"outage": 1})], {"marts": ["fct_invoice"]})[0]


def test_versions_that_are_missing_or_too_many_in_raw_are_told_with_the_marts_that_differ():
    before = Ending({"fct_invoice": "1", "dim_vendor": "2"}, {"invoice": {"a": 1, "b": 1}})
    after = Ending({"fct_invoice": "9", "dim_vendor": "2"}, {"invoice": {"a": 2}})
    assert differences(before, after) == {
        "missing in raw": ["raw.invoice b"], "too many in raw": ["raw.invoice a"], "marts": ["fct_invoice"]
    }  # fmt: skip
    assert not any(differences(before, before).values())
