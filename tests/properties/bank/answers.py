"""What the bank's answers say of payments (docs/reference/payments.md, sections 5 and 6)."""

from collections.abc import Iterator

from tests.properties.bank.documents import Case, Payment, Word

ACCEPTED = ("ACTC", "ACCP", "ACSP", "ACSC", "ACWC")
TWICE = ("AM05", "DUPL", "DU01", "DU02", "DU03", "DU04", "DU05", "R24")


def concerns(case: Case, word: Word, payment: Payment) -> bool:
    """Whether an answer is about a payment: itself, its group or its file. An id that several had tells of none."""
    if word.level == "file":
        return word.names is not None and word.names == payment.batch_ref
    if word.level == "group":
        return word.names is not None and word.names == (payment.group_ref or payment.batch_ref)
    if word.names is not None:
        return word.names == payment.end_to_end_id
    having = [each.ref for each in case.payments if each.is_known and each.instruction_id == word.instruction_id]
    return word.instruction_id is not None and having == [payment.ref]


def is_accepted(case: Case, payment: Payment) -> bool:
    """Whether the bank ever took it, in an answer or by a notification."""
    told = any(n.end_to_end_id and n.end_to_end_id == payment.end_to_end_id for n in case.notices)
    return told or any(word.status in ACCEPTED and concerns(case, word, payment) for word in case.words)


def rejections(case: Case, payment: Payment) -> Iterator[Word]:
    """Answers that reject it: of a file or group only where nothing was acknowledged; never because it came twice."""
    for word in case.words:
        counts = word.level == "payment" or not is_accepted(case, payment)
        if word.status == "RJCT" and word.reason not in TWICE and concerns(case, word, payment) and counts:
            yield word


def rejected(case: Case) -> set[str]:
    """Payments that the bank rejected."""
    return {each.ref for each in case.payments if any(rejections(case, each))}
