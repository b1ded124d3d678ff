"""Accounts of the bank's customer, and the checks that any bank makes on an account's number."""

import re

from sandbox.scenario.domain import ENTITIES, Entity

NAME, ROUTING = "FIRST ESTATE BANK", "041299993"  # of this bank
COMPANY = "1770020002"  # the id that it gave its US customer
US_CUSTOMERS = ("AMB1",)  # they send NACHA files and get BAI2 statements
IBAN = re.compile(r"[A-Z]{2}\d{2}[A-Z0-9]{11,30}")
_WEIGHTS = (3, 7, 1) * 3


def is_kept_here(account: str) -> bool:
    """Whether an account is one of the customer's at this bank."""
    return any(entity.account_number == account for entity in ENTITIES)


def owner_of(account: str) -> Entity:
    """The entity whose account this is; payments from any other were refused when they came."""
    return next(entity for entity in ENTITIES if entity.account_number == account)


def us_customer() -> Entity:
    """The entity that sends NACHA files."""
    return next(entity for entity in ENTITIES if entity.entity_id in US_CUSTOMERS)


def routing_is_valid(number: str) -> bool:
    """Whether nine digits are a routing number: the weighted sum is a multiple of ten."""
    if not re.fullmatch(r"\d{9}", number):
        return False
    return sum(weight * int(digit) for weight, digit in zip(_WEIGHTS, number, strict=True)) % 10 == 0


def iban_is_valid(number: str) -> bool:
    """Whether an IBAN's check digits fit: the rest by 97 is one (ISO 13616)."""
    if not IBAN.fullmatch(number):
        return False
    turned = number[4:] + number[:4]
    return int("".join(str(int(character, 36)) for character in turned)) % 97 == 1


def number_is_plausible(number: str) -> bool:
    """Whether a number can be one of an account: an IBAN that checks, or up to 17 digits that are not all zero."""
    if number[:2].isalpha():
        return iban_is_valid(number)
    return bool(re.fullmatch(r"\d{4,17}", number)) and set(number) != {"0"}


def connection_accounts() -> dict[str, dict[str, str]]:
    """What a customer knows of his own accounts, for the connection's facts."""
    return {
        f"{entity.entity_id.lower()}_operating": {
            "name": entity.account,
            "number": entity.account_number,
            "routing": ROUTING,
            "bank_name": NAME,
            **({"origin": COMPANY} if entity.entity_id in US_CUSTOMERS else {}),
        }
        for entity in ENTITIES
    }
