from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from launcher.scores import Score, expected_findings, score, vendor_scores

PROCESSED = [date(2026, 3, 30), date(2026, 3, 31)]


def label(code="PRICE_OVER", subject="ap:1:1", due_on="2026-03-05", cleared_on="", kind="finding"):
    return {"code": code, "subject": subject, "due_on": due_on, "cleared_on": cleared_on, "kind": kind}


def test_a_finding_counts_from_the_day_on_which_it_is_due():
    assert expected_findings([label(due_on="2026-03-31")], PROCESSED) == {("PRICE_OVER", "ap:1:1")}
    assert expected_findings([label(due_on="2026-04-01")], PROCESSED) == set()


def test_a_finding_that_came_and_went_within_the_history_was_never_there_to_be_raised():
    assert expected_findings([label(due_on="2026-03-05", cleared_on="2026-03-20")], PROCESSED) == set()


def test_a_finding_that_stood_at_the_end_of_one_processed_day_counts_after_it_was_cleared():
    assert len(expected_findings([label(due_on="2026-03-05", cleared_on="2026-03-31")], PROCESSED)) == 1


def test_a_label_that_is_no_finding_is_left_out():
    assert expected_findings([label(kind="quarantine")], PROCESSED) == set()


def test_precision_and_recall_are_counted_by_code():
    expected = {("A", "1"), ("A", "2"), ("B", "1")}
    raised = {("A", "1"), ("A", "3"), ("C", "1")}
    scores = {item.code: item for item in score(expected, raised)}
    assert (scores["A"].precision, scores["A"].recall) == (0.5, 0.5)
    assert (scores["B"].precision, scores["B"].recall) == (1.0, 0.0)
    assert (scores["C"].precision, scores["C"].recall) == (0.0, 1.0)
    assert not any(item.perfect for item in scores.values())


@given(st.sets(st.tuples(st.sampled_from("ABC"), st.text(max_size=2))))
def test_what_was_injected_and_raised_alike_is_perfect(findings):
    assert all(item.perfect for item in score(findings, findings))


def test_nothing_injected_and_nothing_raised_is_perfect():
    assert Score("A", 0, 0, 0).perfect


def test_pairs_of_vendor_numbers_are_compared_as_far_as_they_have_labels():
    labels = [{"kind": "vendor", "subject": number, "case": number[0]} for number in ("a1", "a2", "a3", "b1")]
    found = {"merged": {"a1": "x", "a2": "x", "a3": "y", "b1": "y", "unlabelled": "x"}}

    (score,) = vendor_scores(labels, found)

    assert (score.code, score.expected, score.raised, score.right) == ("merged", 3, 2, 1)
