"""What ``make demo`` tells of payments at its end: one run until it is settled, what went wrong, and the books."""

from decimal import Decimal
from itertools import groupby

import psycopg
from rich.console import Console
from rich.table import Table

from launcher.payment_facts import Facts, Row, read
from launcher.stack import Stack

MOST_OF_A_CONTROL, MOST_DOCUMENTS = 2, 8
DIGITS = 12  # of a hash
KINDS = {"ap_control": "payables", "cash": "cash at the bank"}
STAGES = {"proposal": "that are proposed now", "live": "on their way"}


def show(stack: Stack, console: Console) -> None:
    """Print the story of a running stack."""
    with psycopg.connect(stack.warehouse_dsn) as connection:
        facts = read(connection)
    tell(facts, console)


def tell(facts: Facts, console: Console) -> None:
    """Print the story."""
    console.print("[bold]One run of payments, from proposal to balanced books[/]")
    if not facts.batches:
        console.print("The bank has settled no payment of ours yet.")
    for batch in facts.batches:
        _tell_batch(batch, console)
    for asked in facts.controls:
        console.print(
            f"Controls of payments {STAGES[asked['stage']]}: {asked['asked']:,} asked of {asked['payments']:,}"
            f" payments, {asked['failed']:,} of which fail."
        )
    lines = [*_blocked(facts), *_returned(facts), *_otherwise(facts)]
    if lines:
        console.print("What did not go as it should, in all runs:")
    for line in lines:
        console.print(f"  {line}", markup=False)
    _tell_books(facts, console)


def _tell_batch(batch: Row, console: Console) -> None:
    currency = batch["currency"]
    console.print(f"{batch['name']} ({batch['entity_id']}), batch {batch['batch_id']}", markup=False)
    entries = ", ".join(f"{count} {state}" for state, count in sorted((batch["entries"] or {}).items()))
    steps = {
        "proposed": f"{batch['payment_count']} payments of {batch['invoices']} invoices,"
        f" {money(batch['total_amount'])} {currency}, by what was known at {batch['as_of']:%Y-%m-%d %H:%M} UTC",
        "approved": f"by {' and '.join(batch['approvers'] or ())}",
        "sent": f"{batch['file_name']}, SHA-256 {batch['sha256'][:DIGITS]}…",
        "acknowledged": f"{batch['acknowledged']} payments" if batch["acknowledged"] else "",
        "settled": f"{batch['settled']} payments, {money(batch['settled_amount'])} {currency}",
        "came back": f"{batch['back']} of them" if batch["back"] else "",
        "on its way": f"{batch['waiting']} payments" if batch["waiting"] else "",
        "reconciled": f"entries of the bank: {entries}",
    }
    for name, words in steps.items():
        if words:
            console.print(f"  {name:<13} {words}", markup=False)


def _blocked(facts: Facts) -> list[str]:
    lines: list[str] = []
    for code, failed in groupby(facts.blocked, key=lambda row: row["control_code"]):
        told = [f"blocked    {_who(row)}: {code}, {row['detail']}" for row in failed]
        lines += _shortened(told, MOST_OF_A_CONTROL, f"           and {{}} more: {code}")
    return lines


def _returned(facts: Facts) -> list[str]:
    return [
        f"{row['state'].replace('_', ' '):<10} {_who(row)}: on {row['returned_date']}, reason {row['reason_code']}"
        + (f"; paid again as {row['again_ref']}, which is {row['again_state']}" if row["again_ref"] else "")
        + ("; nothing more is paid to its account until it is corrected or confirmed" if row["account_held"] else "")
        for row in facts.returned
    ]


def _otherwise(facts: Facts) -> list[str]:
    return [
        f"{'fee' if row['fee'] else 'in parts':<10} {_who(row)}: booked with {money(row['booked'])}"
        + (f", {money(row['fee'])} of it a fee" if row["fee"] else f" in {row['entry_count']} entries")
        for row in facts.otherwise
    ]


def _who(row: Row) -> str:
    return f"{row['vendor']} ({row['entity_id']}), {money(row['amount'])} {row['currency']}"


def _shortened(lines: list[str], most: int, rest: str) -> list[str]:
    return [*lines[:most], rest.format(len(lines) - most)] if len(lines) > most else lines


def _tell_books(facts: Facts, console: Console) -> None:
    table = Table(
        "", "entity", "subledger", "ledger", "difference", "", title="Books, all days read", title_justify="left"
    )
    for row in facts.books:
        difference = row["gl"] - row["subledger"]
        amounts = [money(amount) for amount in (row["subledger"], row["gl"], difference)]
        style = "bold" if difference else None
        table.add_row(KINDS[row["kind"]], row["entity_id"], *amounts, row["currency"], style=style)
    console.print(table)
    told = [
        f"{row['entity_id']} {row['period']} {KINDS[row['kind']]}: {money(row['difference'])} {row['currency']},"
        f" {row['document_type'].replace('_', ' ')} {row['document_ref']}, {row['reason'].replace('_', ' ')}"
        for row in facts.differences
    ]
    console.print("Differences by document:" if told else "Nothing differs.")
    for line in _shortened(told, MOST_DOCUMENTS, "and {} more"):
        console.print(f"  {line}", markup=False)
    console.print()


def money(amount: Decimal) -> str:
    """Return an amount in words: 1,234.50."""
    return f"{amount:,.2f}"
