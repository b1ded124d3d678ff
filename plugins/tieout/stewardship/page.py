"""A review batch as the page that Airflow shows: Markdown with evidence, money and what each answer does."""

from tieout.people.markdown import plain
from tieout.stewardship.batch import Batch, Line

SAYS = {
    "release": "release the row: known from now on",
    "reject": "reject the row: it stays out",
    "accept": "accept the batch: its good rows go through, its bad ones wait one by one",
    "vendor_merge": "these numbers are one vendor",
    "vendor_apart": "these groups of numbers are not one vendor",
    "item_link": "the two are one article",
    "item_apart": "the two are different articles",
    "record_factor": "the master's factor holds",
    "copy_factor": "the copy's factor holds",
    "unit_code": "the code means the unit that is suggested",
}
"""What an answer of ``detail`` does, in words."""


def as_markdown(batch: Batch) -> str:
    """Return the page. What sources wrote is shown as text: it cannot become a link, a table or markup."""
    head = [
        f"**{len(batch.lines)} of kind {batch.kind}**, those with most money first.",
        "",
        "- **Approve** or **Reject** answers all of them.",
        "- **Split** answers those whose numbers you name in the fields below; the others stay as they are.",
        "- **Skip**, or no answer within a week, leaves all as they are.",
        "",
        "The comment is kept with each decision, with your name.",
        "",
    ]
    return "\n".join([*head, *(part for line in batch.lines for part in _line(line))])


def _line(line: Line) -> list[str]:
    facts = [
        f"waits {line.age_days} {'day' if line.age_days == 1 else 'days'}",
        *(["money that hangs on it: " + ", ".join(line.money)] if line.money else []),
        *([f"entity {line.entity_id}"] if line.entity_id else []),
    ]
    answers = [
        f"{name.capitalize()}: {SAYS.get(line.detail[name], line.detail[name])}."
        for name in ("approve", "reject")
        if name in line.detail
    ]
    touches = [f"  - {plain(each)}" for each in line.touches]
    return [
        f"#### {line.number}. {plain(line.subject_id)}",
        "",
        f"- {'; '.join(facts)}",
        f"- {plain(line.evidence)}",
        f"- *{plain(line.suggestion)}*",
        *(["- What it touches:", *touches] if touches else []),
        f"- {' '.join(answers)}",
        "",
    ]
