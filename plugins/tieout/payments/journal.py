"""What the archive knows of files that are about to be sent: a warehouse restored from a backup pays nothing twice.

    payments/<file name>     written before the file is put at the bank, after it is in ``payments.file``

A name that ``payments.file`` lacks was sent by a later state of this warehouse. docs/reference/payments.md, 4.
"""

from datetime import datetime

from tieout.archive.store import Archive
from tieout.errors import Refused
from tieout.warehouse.connection import connect

FOLDER = "payments"
_UNKNOWN = """
select name from unnest(%s::text[]) as archived (name)
where name not in (select file_name from payments.file) and name not in (select file_name from payments.lost_file)
order by name
"""


def note(archive: Archive, file_name: str, batch_id: str, now: datetime) -> None:
    """Note that a file is about to be sent. It may be noted again."""
    archive.note(f"{FOLDER}/{file_name}", {"batch_id": batch_id, "at": now.isoformat()})


def refuse_lost(dsn: str, archive: Archive) -> None:
    """Refuse to pay while the archive knows files that the warehouse does not, and that nobody has seen to.

    Raises:
        Refused: it names them.
    """
    names = [name.rpartition("/")[2] for name in archive.names(FOLDER)]
    with connect(dsn) as connection:
        lost = [row[0] for row in connection.execute(_UNKNOWN, (names,)).fetchall()]
    if lost:
        raise Refused(
            f"The archive knows of files sent to the bank that the warehouse lacks: {', '.join(lost[:5])}.",
            "It was restored from a backup: see docs/runbooks/pay_suppliers.md, After a restore.",
        )
