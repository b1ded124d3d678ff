"""A vendor as one row of a master, and the organisation behind it."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Record:
    """One vendor number with its label: the organisation (``entity``) and the kind of mess that was made of it."""

    vendor_id: str
    entity: str
    mess: str
    name: str
    tax_id: str = ""
    bank_account: str = ""
    gln: str = ""
    duns: str = ""
    address: str = ""
    city: str = ""
    postal_code: str = ""
    country: str = ""
    phone: str = ""
    email: str = ""
    payment_term_code: str = ""


@dataclass(frozen=True)
class Name:
    """The words of an organisation's name, and its legal form."""

    words: tuple[str, ...]
    form: str

    @property
    def text(self) -> str:
        """The name as its owner prints it."""
        return f"{' '.join(self.words)}{' ' + self.form if self.form else ''}"


@dataclass(frozen=True)
class Organisation:
    """One organisation, and what it would tell about itself.

    ``decoy`` says what it shares with another, if anything.
    """

    entity: str
    name: Name
    record: Record
    decoy: str = ""
