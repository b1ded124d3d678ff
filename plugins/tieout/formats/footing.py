"""Control totals: the last record of a file says how many records there are and what they sum to."""

from collections import deque
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation

from tieout.errors import MalformedPayload


@dataclass(frozen=True)
class Total:
    """A control total: a field of the trailer that must equal the sum of a column."""

    field: int
    column: str


@dataclass(frozen=True)
class Trailer:
    """The last record of a file: how it is known, and what in it must foot."""

    starts_with: str
    count: int | None = None
    totals: tuple[Total, ...] = ()


class Footing:
    """Keeps the last record back, because it is the trailer, and adds up what the trailer states."""

    def __init__(self, trailer: Trailer, columns: tuple[str, ...]) -> None:
        self._trailer = trailer
        self._sums = [(total, columns.index(total.column), Decimal(0)) for total in trailer.totals]
        self._held: deque[list[str]] = deque()
        self._count = 0

    def take(self, block: list[list[str]]) -> list[list[str]]:
        """Return the rows that are certainly not the trailer."""
        rows = [*self._held, *(row for row in block if row)]
        self._held = deque(rows[-1:])
        body = rows[:-1]
        self._count += len(body)
        self._sums = [
            (total, index, added + sum((self._amount(row, index) for row in body), Decimal(0)))
            for total, index, added in self._sums
        ]
        return body

    def check(self) -> None:
        """Compare with the trailer.

        Raises:
            MalformedPayload: there is no trailer, or it does not foot.
        """
        last = self._held.pop() if self._held else []
        if not last or last[0].strip() != self._trailer.starts_with:
            raise MalformedPayload(
                f"The file has no trailer that starts with {self._trailer.starts_with!r}.", "Ask for the file again."
            )
        if self._trailer.count is not None:
            self._foot("number of records", self._stated(last, self._trailer.count), Decimal(self._count))
        for total, _, added in self._sums:
            self._foot(f"sum of {total.column}", self._stated(last, total.field), added)

    def _foot(self, what: str, stated: Decimal, found: Decimal) -> None:
        if stated != found:
            raise MalformedPayload(
                f"The control total does not foot: {what} is {found}, the trailer says {stated}.",
                "Ask the source for a complete file.",
            )

    @staticmethod
    def _stated(row: list[str], field: int) -> Decimal:
        try:
            return Decimal(row[field].strip())
        except (IndexError, InvalidOperation) as error:
            raise MalformedPayload(f"The trailer has no number in field {field}.", "Ask for the file again.") from error

    @staticmethod
    def _amount(row: list[str], index: int) -> Decimal:
        try:
            return Decimal(row[index].strip() or "0")
        except (IndexError, InvalidOperation) as error:
            raise MalformedPayload(
                "A column that the trailer totals holds something that is not a number.", "Look at the file by hand."
            ) from error
