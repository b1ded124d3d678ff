"""People are known by their login, however it is spelled."""


def login(name: str) -> str:
    """Return the form in which names of people are compared (docs/reference/payments.md, 3 Approval).

    Case, blanks, what follows an @ and a domain before a backslash don't make two of one.
    """
    return name.casefold().partition("@")[0].rpartition("\\")[2].strip()
