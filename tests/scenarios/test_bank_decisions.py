"""What the ladder cannot tell is asked, and what a person answers counts before every reference."""

from dataclasses import replace

import pytest

from tests.scenarios.banking import LADDER, Bank
from tests.scenarios.warehouse import Warehouse, at
from tieout.errors import TieoutError
from tieout.payments.bank_answers import answer_of, carry_out
from tieout.payments.bank_decisions import decide
from tieout.payments.bank_questions import Question, Questions, as_markdown, take
from tieout.people.responses import Response

FIRST, NOW, SECOND = at("2026-03-30"), at("2026-03-30T08:00"), at("2026-03-31")
HOLDS = "select subject_id, resolution from match.match_hold where code = 'BANK_ENTRY_UNMATCHED' order by subject_id"
FINDINGS = "select code, subject_id, actual, amount_at_risk, owner, root_cause, explanation from match.match_finding"


def response(by: str | None = "tess", **said: str) -> Response:
    """What a person answered."""
    person = {"id": "7", "name": by} if by else None
    given = {"chosen_options": ["Decide"], "params_input": {"comment": "", **said}, "responded_by_user": person}
    return Response.of(given)


def estate() -> tuple[Bank, dict[str, str]]:
    """Three entries that await a person, one that nobody explains, and one that is plainly another payment."""
    bank = Bank()
    entries = {}
    for number in ("1", "2"):
        bank.pay(f"equal-{number}", "450.00", end_to_end_id=None)
        bank.pay(f"shared-{number}", "530.00", end_to_end_id="E-shared")
    entries["equal"] = bank.entry("equal", "-450.00", counterparty="VENDOR V1", remittance="[x](y)")
    entries["shared"] = bank.entry("shared", "-530.00", end_to_end_id="E-shared")
    for number, amount in (("1", "300.00"), ("2", "140.00")):
        bank.pay(f"sum-{number}", amount, end_to_end_id=None)
    bank.pay("mute", "440.00", end_to_end_id=None)
    entries["mute"] = bank.entry("mute", "-440.00")
    entries["nobody"] = bank.entry("nobody", "-77.00", end_to_end_id="E-late")
    bank.pay("euros", "40.00", currency="EUR", end_to_end_id=None)
    bank.pay("named", "50.00")
    entries["named"] = bank.entry("named", "-50.00", end_to_end_id="E-named")
    return bank, entries


@pytest.mark.slow
def test_questions_are_shown_answered_once_and_honoured_by_the_next_transformation(models: Warehouse) -> None:
    bank, entries = estate()
    bank.land(models, FIRST)
    models.build(FIRST, select=LADDER, data_tests=False)
    questions = Questions.from_dict(take(models.dsn, size=10).as_dict())
    assert [each.bank_entry_id for each in questions.asked] == [entries[name] for name in ("shared", "equal", "mute")]
    page = as_markdown(questions)
    assert "**b** payment equal-2 to vendor erp\\_main:V1, 450.00 USD open" in page
    assert "[x](y)" not in page
    assert set(models.values(HOLDS)) == {entries[name] for name in ("equal", "mute", "nobody", "shared")}

    answer = answer_of(response(match="2b", none="1"), questions)
    assert answer is not None
    assert carry_out(models.dsn, questions, answer, NOW).as_dict() == {
        "decided": [1, 2], "repeated": [], "refused": {}
    }  # fmt: skip
    assert carry_out(models.dsn, questions, answer, NOW).repeated == [1, 2]
    other = answer_of(response("ann", match="2a"), questions)
    assert other is not None
    assert "was not seen" in carry_out(models.dsn, questions, other, NOW).refused[2]
    both = ["erp_main:sum-2", "erp_main:sum-1"]
    with pytest.raises(TieoutError, match="payments in EUR and USD"):
        decide(models.dsn, kind="bank_match", bank_entry_id=entries["mute"], payment_ids=[*both, "erp_main:euros"],
               by="tess", reason="called", now=NOW)  # fmt: skip
    decide(models.dsn, kind="bank_match", bank_entry_id=entries["mute"], payment_ids=both, by="tess", reason="called",
           now=NOW)  # fmt: skip
    decide(models.dsn, kind="bank_match", bank_entry_id=entries["named"], payment_ids=["erp_main:equal-1"], by="tess",
           reason="the id is wrong", now=NOW)  # fmt: skip

    bank.pay("late", "77.00")
    bank.land(models, at("2026-03-30T12:00"))
    models.build(SECOND, select=LADDER)
    found = models.values("select bank_entry_id, state, rung, payment_ids from mart.bank_reconciliation")
    assert found[entries["equal"]] == ("matched", "decision", ["erp_main:equal-2"])
    assert found[entries["shared"]] == ("owned", None, [])
    assert found[entries["mute"]] == ("split", "decision", ["erp_main:sum-1", "erp_main:sum-2"])
    assert found[entries["named"]] == ("matched", "decision", ["erp_main:equal-1"])
    states = models.values("select payment_ref, state from mart.payment_settlement")
    assert (states["equal-2"], states["sum-1"], states["sum-2"]) == ("settled", "settled", "settled")
    assert (states["named"], states["equal-1"], states["late"]) == ("open", "partly_settled", "settled")
    assert models.values(HOLDS) == {entries["equal"]: "cleared", entries["mute"]: "cleared",
                                    entries["nobody"]: "cleared", entries["shared"]: None}  # fmt: skip

    step_by_step = models.rows(f"{FINDINGS} order by code, subject_id")
    models.build(SECOND.replace(minute=1), select=["+match_finding"], full_refresh=True, data_tests=False)
    assert models.rows(f"{FINDINGS} order by code, subject_id") == step_by_step


QUESTIONS = Questions(FIRST, (Question(1, "bank:S:1:1", "", "", ("p1", "p2"), ("", "")),))


@pytest.mark.parametrize(
    ("match", "none"),
    [("2a", ""), ("1c", ""), ("1", ""), ("a", ""), ("1a, 1b", ""), ("1a", "1"), ("", "1a"), ("", "x")],
)
def test_an_answer_that_names_what_was_not_asked_is_refused(match: str, none: str) -> None:
    with pytest.raises(TieoutError):
        answer_of(response(match=match, none=none), QUESTIONS)


def test_silence_skip_and_an_answer_of_nobody_decide_nothing() -> None:
    assert answer_of(Response.of(None), QUESTIONS) is None
    assert answer_of(response(None, match="1a"), QUESTIONS) is None
    assert answer_of(replace(response(match="1a"), option="Skip"), QUESTIONS) is None


def test_an_answer_may_name_several_payments_of_an_entry() -> None:
    answer = answer_of(response(match="1ba"), QUESTIONS)
    assert answer is not None
    assert answer.chosen[1].payment_ids == ("p1", "p2")
