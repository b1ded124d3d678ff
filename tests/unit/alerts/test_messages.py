"""What alerts say, and what they never say."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from tieout.alerts.groups import Group
from tieout.alerts.messages import LargeHold, Message, Share, batches_wait, digest, large, masked, technical
from tieout.operators.notifiers import filled

AS_OF = datetime(2026, 4, 1, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    "secret",
    ["DE89370400440532013000", "DE89 3704 0044 0532 0130 00", "021000021", "12-3456789", "4111 1111 1111 1111",
     "clerk.one@hospital.example"],
)  # fmt: skip
def test_no_account_number_tax_id_or_address_leaves(secret):
    said = masked(f"AP refused {secret} at 2026-04-01 10:00 UTC with 422.")
    assert secret not in said
    assert said.replace("…", "") != said
    assert "2026-04-01 10:00 UTC with 422" in said


def test_a_long_text_is_cut():
    assert len(masked("word " * 500)) < 400


def test_a_cause_names_its_runbook_and_the_one_of_the_outage():
    group = Group("erp_west", "unavailable", "extract", 7, False, AS_OF, AS_OF, ("invoice", "vendor"), "It said 503.")
    message = technical(group, "opened", {"erp_west": "erp"})
    assert message.title == "[medium] erp_west: unavailable"
    assert "7 open since 2026-04-01 12:00 UTC" in message.text
    assert "docs/runbooks/extract.md, docs/runbooks/outage_erp.md" in message.text
    assert "outage" not in technical(group, "opened", {"erp_west": "files"}).text


def share(code, amount, currency="USD", holds=2, overdue=0, new=0):
    return Share(code, currency, holds, Decimal(amount), AS_OF - timedelta(days=9), overdue, new)


def test_a_digest_says_how_much_waits_since_when_and_adds_no_money_up_twice():
    shares = [
        share("PRICE_OVER", "1200.50", overdue=1, new=1), share("RECOVERY_DUE", "900"),
        share("TAX_DIFFERENCE", "10", "CAD"),
    ]  # fmt: skip
    message = digest("ap", shares, AS_OF, "mart.worklist", [f"thing {n}" for n in range(12)])
    assert message.title == "6 holds wait for ap, 10.00 CAD, 1,200.50 USD at risk"
    assert message.text.splitlines() == [
        "As of 2026-04-01 12:00 UTC: 1 new, 1 past their time.",
        "PRICE_OVER: 2, 1,200.50 USD, oldest 9 days, 1 past their time, 1 new",
        "RECOVERY_DUE: 2, 900.00 USD, oldest 9 days",
        "TAX_DIFFERENCE: 2, 10.00 CAD, oldest 9 days",
        *(f"Also: thing {n}" for n in range(10)),
        "Also: and 2 more",
        "The list: mart.worklist",
    ]


def test_two_hundred_large_holds_are_one_message_that_names_ten():
    holds = [LargeHold(f"h{n}", "PRICE_OVER", "H1", Decimal(n), "USD") for n in range(200)]
    message = large("ap", holds, "")
    assert message.title == "200 new large holds for ap"
    assert message.text.splitlines()[0] == "199.00 USD: PRICE_OVER at H1 (h199)"
    assert message.text.splitlines()[-1] == "and 190 more"


def test_batches_that_come_together_are_one_message():
    message = batches_wait("treasury", ["H1: …", "H2: …"], "")
    assert message.title == "2 batches of payments wait for treasury"
    assert message.text.splitlines()[:2] == ["H1: …", "H2: …"]
    assert message.text.splitlines()[-1] == "Answer in Airflow, under Required Actions"
    assert batches_wait("treasury", ["H1: …"], "").title == "1 batch of payments waits for treasury"


def test_braces_of_a_message_are_no_placeholders_of_the_chats_body():
    body = {"text": "{title}: {text}", "blocks": [{"n": 1, "plain": "{text}"}]}
    assert filled(body, Message("a {text} b", "{title}")) == {
        "text": "a {text} b: {title}", "blocks": [{"n": 1, "plain": "{title}"}]
    }  # fmt: skip
