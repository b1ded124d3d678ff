"""Everything that one transaction may do with the estate's records."""

from collections.abc import Iterable
from itertools import groupby

from sandbox.records.books import Books
from sandbox.records.days import Days
from sandbox.records.documents import Documents
from sandbox.records.tables import Tables
from sandbox.records.values import joined
from sandbox.scenario.model import Write
from sandbox.settings import DATABASE_SYSTEM


class Session(Days, Documents, Tables, Books):
    """One transaction on the estate's database."""


def put_writes(session: Session, writes: Iterable[Write]) -> None:
    """Write records of the scenario's systems; of each record the last version stays."""
    ordered = sorted(writes, key=lambda write: (write.system, write.table, write.at))
    for (system, table), group in groupby(ordered, key=lambda write: (write.system, write.table)):
        if system == DATABASE_SYSTEM:
            updated = session.tables[table].updated
            session.put_rows(table, ({**write.doc, updated: write.at} for write in group))
        else:
            session.put(system, table, ((joined(write.key), write.doc, write.at) for write in group))
