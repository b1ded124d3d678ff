"""Answers are judged: only a clean approval approves."""

from dataclasses import replace

import pytest

from tieout.payments.approval import Answer, Circumstances, answer_of, judge
from tieout.people.responses import Response

CLEAN = Circumstances("a", "a", "a", (), {"a.clerk": "entered an invoice of the batch"}, "t.reasurer")
APPROVED = Answer(("c.fo",), "approve", "")


def test_a_clean_approval_approves():
    assert judge(APPROVED, CLEAN).approved


@pytest.mark.parametrize(
    ("answer", "given", "says"),
    [
        (Answer((), "none", ""), CLEAN, "nobody answered"),
        (Answer(("c.fo",), "refuse", "too early"), CLEAN, "too early"),
        (Answer(("c.fo",), "refuse", ""), CLEAN, "without a comment"),
        (APPROVED, replace(CLEAN, shown_sha256="b"), "not what was shown"),
        (APPROVED, replace(CLEAN, present_sha256="b"), "not what was shown"),
        (APPROVED, replace(CLEAN, frozen_sha256="b"), "not what was shown"),
        (APPROVED, replace(CLEAN, changes=["the account changed"]), "the account changed"),
        (APPROVED, replace(CLEAN, proposed_by="C.Fo@lake.example"), "proposed the batch"),
        (APPROVED, replace(CLEAN, approved_by=["c.fo"]), "approved it before"),
        (Answer(("17", "A.Clerk"), "approve", ""), CLEAN, "entered an invoice"),
    ],
)
def test_everything_else_refuses_and_says_why(answer, given, says):
    verdict = judge(answer, given)
    assert not verdict.approved
    assert says in verdict.reason


@pytest.mark.parametrize("response", [None, {}, {"chosen_options": ["Approve"], "responded_by_user": None}])
def test_an_answer_of_nobody_is_none(response):
    assert answer_of(Response.of(response)).chosen == "none"


def test_an_option_that_nobody_knows_approves_nothing():
    person = {"id": "1", "name": "c.fo"}
    assert answer_of(Response.of({"chosen_options": ["Yes"], "responded_by_user": person})).chosen == "none"


def test_a_person_is_known_by_name_and_id():
    person = {"id": "1", "name": "c.fo"}
    said = {"chosen_options": ["Approve"], "responded_by_user": person, "params_input": {"comment": " ok "}}
    assert answer_of(Response.of(said)) == Answer(("c.fo", "1"), "approve", "ok")
