import pytest

from chaos.effects import Effect, Message, compare


def message(number, *, state="acknowledged", keyed=True, body="a", subject="INV-1", facts=None):
    said = f"facts {number}" if facts is None else facts
    return Message("ap", "match_result", subject, number, f"{subject}-{number}", body, state, keyed, said)


def effect(number, *, keyed=True, body="a", subject="INV-1"):
    return Effect("ap", "match_result", subject, f"{subject}-{number}" if keyed else None, body)


def test_each_acknowledged_message_with_one_effect_balances():
    assert compare([message(1), message(2)], [effect(1), effect(2)]) == ([], [])


def test_an_acknowledged_message_without_an_effect_is_lost():
    lost, doubled = compare([message(1), message(2)], [effect(1)])
    assert (len(lost), doubled) == (1, [])


@pytest.mark.parametrize("state", ["pending", "retrying", "superseded"])
def test_a_message_that_was_not_taken_over_may_have_had_its_effect_or_not(state):
    assert compare([message(1, state=state)], []) == ([], [])
    assert compare([message(1, state=state)], [effect(1)]) == ([], [])


def test_two_effects_of_one_key_and_an_effect_that_nobody_sent_are_doubled():
    lost, doubled = compare([message(1)], [effect(1), effect(1), effect(9)])
    assert (lost, len(doubled)) == ([], 2)


def test_the_same_conclusion_twice_in_a_row_is_doubled_and_a_return_to_it_is_not():
    done = [effect(1), effect(2), effect(3)]
    assert len(compare([message(1, facts="x"), message(2, facts="x")], done[:2])[1]) == 1
    there_and_back = [message(1, facts="x"), message(2, facts="y"), message(3, facts="x")]
    assert compare(there_and_back, done) == ([], [])
    assert compare([message(1, facts="x"), message(1, facts="x", subject="INV-2")], [])[1] == []


def test_a_newer_conclusion_that_an_older_one_replaced_is_lost():
    lost, doubled = compare([message(1), message(2)], [effect(2), effect(1)])
    assert (len(lost), doubled) == (1, [])


def test_without_keys_the_same_state_twice_in_a_row_is_doubled_and_a_return_to_it_is_not():
    sent = [message(1, keyed=False), message(2, keyed=False, body="b"), message(3, keyed=False)]
    done = [effect(1, keyed=False), effect(2, keyed=False, body="b"), effect(3, keyed=False)]
    assert compare(sent, done) == ([], [])
    assert len(compare(sent, [*done, done[-1]])[1]) == 1


def test_without_keys_the_last_acknowledged_state_must_be_the_last_effect():
    sent = [message(1, keyed=False), message(2, keyed=False, body="b")]
    assert len(compare(sent, [effect(1, keyed=False)])[0]) == 1
