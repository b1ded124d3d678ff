"""BAI2 statements."""

import pytest

from tieout.errors import MalformedPayload
from tieout.formats.bai2 import statements

NUMBER = "".join(str(digit) for digit in range(1, 10))
TRANSACTIONS = (
    "16,455,10000,Z,BR1,P1,ACME INV-1",
    "88,INV-2",
    "16,475,2500,Z,BR2,0001001,/",
    "16,698,125,V,260402,,BR3,,WIRE FEE/",
    "16,257,10000,Z,BR4,P9,RETURN REASON R03 NO ACCOUNT",
    "16,552,100,Z,BR5,,/",
)
SUM = 10000 + 2500 + 125 + 10000 + 100


def file(
    *lines: str, opening: int = 50000, closing: int = 47275, total: int | None = None, records: int = 0, status: int = 1
) -> bytes:
    total = opening + closing + SUM if total is None else total
    inside = len(lines) + 2 + records
    return "\n".join(
        (
            f"01,041299993,{NUMBER},260401,2300,17,80,,2/",
            f"02,{NUMBER},041299993,{status},260401,2359,USD,2/",
            f"03,{NUMBER},USD,010,{opening},,,015,{closing},,/",
            *lines,
            f"49,{total},{inside}/",
            f"98,{total},1,{inside + 2}/",
            f"99,{total},1,{inside + 4}/",
        )
    ).encode()


GOOD = file(*TRANSACTIONS)


def test_a_statement_has_the_balances_and_the_transactions_of_its_account():
    (statement,) = statements(GOOD)
    assert (statement["statement_id"], statement["file_id"]) == ("041299993-20260401-6789", "17")
    assert (statement["opening"], statement["closing"], statement["currency"]) == ("500.00", "472.75", "USD")
    assert (statement["from"], statement["to"], statement["account_masked"]) == ("2026-04-01", "2026-04-01", "****6789")
    names = ("amount", "end_to_end_id", "cheque_number", "bank_ref", "bank_code", "return_reason", "reversal")
    assert [tuple(entry[name] for name in names) for entry in statement["entries"]] == [
        ("-100.00", "P1", "", "BR1", "455", "", "false"),
        ("-25.00", "", "1001", "BR2", "475", "", "false"),
        ("-1.25", "", "", "BR3", "698", "", "false"),
        ("100.00", "P9", "", "BR4", "257", "R03", "false"),
        ("-1.00", "", "", "BR5", "552", "", "true"),
    ]
    assert [entry["value_date"] for entry in statement["entries"]][1:3] == ["2026-04-01", "2026-04-02"]
    assert statement["entries"][0]["remittance"] == "ACME INV-1 INV-2"


def test_the_customers_reference_of_money_out_may_name_a_group_that_is_booked_in_one_sum():
    (statement,) = statements(GOOD)
    assert [entry["payment_group_ref"] for entry in statement["entries"]] == ["P1", "", "", "", ""]


@pytest.mark.parametrize(
    ("line", "amount", "value_date", "bank_ref"),
    [
        ("16,475,2500,Z,BR2/", "-25.00", "2026-04-01", "BR2"),
        ("16,475,2500/", "-25.00", "2026-04-01", ""),
        ("16,475,2500,Z", "-25.00", "2026-04-01", ""),
        ("16,475,2500,V,260402,/", "-25.00", "2026-04-02", ""),
        ("16,475,2500,S,0,2500,0/", "-25.00", "2026-04-01", ""),
        ("16,475,2500,D,1,0,2500,BR2/", "-25.00", "2026-04-01", "BR2"),
        ("16,475,2500,Z/\n88,BR2/", "-25.00", "2026-04-01", "BR2"),
        ("16,965,2500,Z,BR2,,/", "-25.00", "2026-04-01", "BR2"),
        ("16,475,2500,Z,BR2,,/\n16,890,77,Z,,,A NOTE", "-25.00", "2026-04-01", "BR2"),
    ],
)
def test_a_transaction_may_end_early_have_any_availability_and_a_code_of_the_banks_own(
    line, amount, value_date, bank_ref
):
    note = 77 if "890" in line else 0
    (statement,) = statements(file(*line.split("\n"), opening=5000, closing=2500, total=5000 + 2500 + 2500 + note))
    (entry,) = statement["entries"]
    assert (entry["amount"], entry["value_date"], entry["bank_ref"]) == (amount, value_date, bank_ref)


def test_a_code_of_the_banks_own_for_money_in_is_money_in():
    (statement,) = statements(file("16,925,2500,Z,,,/", opening=0, closing=2500, total=5000))
    assert statement["entries"][0]["amount"] == "25.00"


def test_an_account_of_which_nothing_is_told_is_left_out():
    *lines, _, _ = GOOD.decode().splitlines()
    total = 50000 + 47275 + SUM + 12345
    loan = (f"03,9{NUMBER},USD,056,12345,,/", "49,12345,2/", f"98,{total},2,12/", f"99,{total},1,14/")
    text = "\n".join((*lines, *loan))
    assert [statement["account_masked"] for statement in statements(text.encode())] == ["****6789"]


def test_an_account_number_is_only_shown_masked():
    (statement,) = statements(GOOD)
    assert statement["account_number"] == NUMBER
    assert NUMBER not in str(statement)


def test_two_accounts_that_end_alike_are_two_statements():
    account = f"03,{NUMBER},USD,010,0,,,015,0,,/\n49,0,2/\n"
    text = (
        f"01,041299993,X,260401,2300,17,80,,2/\n02,X,041299993,1,260401,2359,USD,2/\n{account}"
        f"{account.replace(NUMBER, '9' + NUMBER[1:])}98,0,2,6/\n99,0,1,8/\n"
    )
    assert [statement["statement_id"] for statement in statements(text.encode())] == [
        "041299993-20260401-6789",
        "041299993-20260401-6789-2",
    ]


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (file(*TRANSACTIONS, opening=50001), "does not foot"),
        (file(*TRANSACTIONS, closing=47274), "does not foot"),
        (
            file(TRANSACTIONS[0].replace("10000", "10001"), *TRANSACTIONS[1:], total=50000 + 47275 + SUM + 1),
            "does not foot",
        ),
        (file(*TRANSACTIONS, total=1), "The file does not foot"),
        (file(*TRANSACTIONS, records=1), "The file does not foot"),
        (file(*TRANSACTIONS[:-1]), "does not foot"),
        (file(*TRANSACTIONS, status=2), "deletes or tests"),
        (GOOD.replace(b"16,455", b"16,799"), "Type code 799"),
        (GOOD.replace(b",2359,USD,2/", b",2359,USD,3/"), "interim"),
        (GOOD.replace(b",1,260401,2359", b",1,,2359"), "of which day"),
        (GOOD.replace(b"USD,010,", b"USD,011,"), "no opening"),
        (GOOD.replace(b",015,", b",020,"), "no closing"),
        (GOOD.replace(b"10000,Z", b"1000O,Z"), "not BAI2"),
        (GOOD[:150], "cut short"),
        (GOOD[: GOOD.rindex(b"99,")], "cut short"),
        (GOOD + GOOD, "out of order"),
        (b"", "cut short"),
        (GOOD.replace(b"ACME", "ÄCME".encode()), "not ASCII"),
    ],
)
def test_what_does_not_foot_or_was_cut_short_is_refused_without_quoting_it(content, says):
    with pytest.raises(MalformedPayload, match=says) as caught:
        statements(content)
    assert NUMBER not in str(caught.value)
