"""Lists of parties whom nobody may pay: OFAC's list with its aliases and addresses, and OIG's exclusions (LEIE)."""

import csv
import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

NONE = "-0-"
LEIE_COLUMNS = (
    *("LASTNAME", "FIRSTNAME", "MIDNAME", "BUSNAME", "GENERAL", "SPECIALTY", "UPIN", "NPI", "DOB", "ADDRESS", "CITY"),
    *("STATE", "ZIP", "EXCLTYPE", "EXCLDATE", "REINDATE", "WAIVERDATE", "WVRSTATE"),
)


@dataclass(frozen=True, slots=True)
class Sanctioned:
    """An organisation of the sanctions list, with other names and with (street, city, country) of its addresses."""

    number: int
    name: str
    program: str
    aliases: tuple[str, ...] = ()
    addresses: tuple[tuple[str, str, str], ...] = ()
    remarks: str = ""


@dataclass(frozen=True, slots=True)
class Excluded:
    """An organisation that health programmes exclude."""

    name: str
    general: str
    specialty: str
    street: str
    city: str
    state: str
    zip: str
    kind: str
    since: str  # yyyymmdd


def sdn(entries: Iterable[Sanctioned]) -> bytes:
    """The list: no header, twelve columns, the word for nothing in those that concern ships and people only."""
    return _rows(
        [entry.number, entry.name, NONE, entry.program, *[NONE] * 7, entry.remarks or NONE] for entry in entries
    )


def alt(entries: Iterable[Sanctioned]) -> bytes:
    """Other names, numbered through."""
    pairs = ((entry.number, alias) for entry in entries for alias in entry.aliases)
    return _rows([number, 100 + place, "aka", alias, NONE] for place, (number, alias) in enumerate(pairs, start=1))


def add(entries: Iterable[Sanctioned]) -> bytes:
    """Addresses, numbered through."""
    pairs = ((entry.number, address) for entry in entries for address in entry.addresses)
    return _rows([number, 500 + place, *address, NONE] for place, (number, address) in enumerate(pairs, start=1))


def leie(entries: Iterable[Excluded]) -> bytes:
    """The exclusions, with a header; dates that are none are zeros."""
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow(LEIE_COLUMNS)
    for entry in entries:
        who = ["", "", "", entry.name.upper(), entry.general, entry.specialty, "", "0000000000", ""]
        where = [entry.street.upper(), entry.city.upper(), entry.state, entry.zip]
        writer.writerow([*who, *where, entry.kind, entry.since, "00000000", "00000000", ""])
    return text.getvalue().encode()


def _rows(rows: Iterable[Sequence[object]]) -> bytes:
    """Rows as the publisher writes them: texts in quotes, numbers and the word for nothing bare."""
    lines = (
        ",".join(f'"{value}"' if isinstance(value, str) and value != NONE else f"{value}" for value in row)
        for row in rows
    )
    return "".join(f"{line} \r\n" if line.endswith(NONE) else f"{line}\r\n" for line in lines).encode()
