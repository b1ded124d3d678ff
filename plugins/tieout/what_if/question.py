"""What is asked of a what-if."""

from dataclasses import dataclass
from datetime import date
from pathlib import Path


@dataclass(frozen=True)
class Question:
    """What is asked.

    Attributes:
        name: of the what-if.
        policies: a file of config/policies' form (``policy.csv``, ``match_type_rule.csv`` …), or a folder of them.
            A file replaces all rows of its object; objects without a file stay as they are.
        period_from, period_to: dates of the invoices whose holds are compared, both inclusive.
        baseline: name of a rebuild to compare with, as of its moment; blank: the warehouse as it stands.
    """

    name: str
    policies: Path
    period_from: date
    period_to: date
    baseline: str = ""
