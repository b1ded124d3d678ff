"""The rules that every contract implies: required, of its type, in its list, of an entity that is configured. Pure."""

from collections.abc import Iterable, Sequence

from tieout.quality.predicates import DATE, INSTANT, INTEGER, NUMBER, identifier, one_of, reads_as
from tieout.quality.rules import Check, critical
from tieout.warehouse.contracts import Contract, Field

_SPELLING = {
    "integer": (INTEGER, "integer", "a whole number"),
    "date": (DATE, "date", "a date, YYYY-MM-DD"),
    "timestamp": (INSTANT, "timestamptz", "an instant, ISO 8601 with its offset"),
    "money": (NUMBER, "numeric(20,4)", "an amount of money"),
    "price": (NUMBER, "numeric(19,10)", "a price"),
    "quantity": (NUMBER, "numeric(18,6)", "a quantity"),
    "number": (NUMBER, "numeric(38,10)", "a number"),
    "limit": (NUMBER, "numeric(38,10)", "a number or 'unlimited'"),
}
_LISTED = {"boolean": ("true", "false")}
_ALSO = {"limit": ("unlimited",)}


def contract_checks(contract: Contract, entities: Sequence[str]) -> tuple[Check, ...]:
    """Return the checks that the contract implies. All are critical: staging could not cast or place such a row.

    Args:
        contract: of the interface object.
        entities: ids of the entities that are configured.
    """
    return tuple(check for field in contract.fields for check in _field_checks(field, contract, entities))


def _field_checks(field: Field, contract: Contract, entities: Sequence[str]) -> Iterable[Check]:
    if field.required:
        yield _required(field)
    if field.sensitivity != "none":
        return
    if field.type in _SPELLING:
        yield _of_type(field)
    values = field.values or _LISTED.get(field.type, ())
    if values:
        yield _listed(field, values)
    if field.name == "entity_id" and contract.name != "entity":
        yield _entity_configured(entities)


def _required(field: Field) -> Check:
    """A sensitive field is looked at through its token: the value itself is not there to be seen."""
    column = field.name if field.sensitivity == "none" else f"{field.name}_token"
    return critical(
        f"{field.name}.required",
        [column],
        fails_when=f"coalesce(btrim({identifier(column)}), '') = ''",
        says=f"{field.name} is given.",
    )


def _of_type(field: Field) -> Check:
    pattern, sql_type, words = _SPELLING[field.type]
    fails = f"not {reads_as(field.name, pattern, sql_type)}"
    if field.type in _ALSO:
        fails = f"not {one_of(field.name, _ALSO[field.type])} and {fails}"
    return critical(f"{field.name}.type", [field.name], fails_when=fails, says=f"{field.name} reads as {words}.")


def _listed(field: Field, values: Sequence[str]) -> Check:
    return critical(
        f"{field.name}.allowed",
        [field.name],
        fails_when=f"not {one_of(field.name, values)}",
        says=f"{field.name} is one of: {', '.join(values)}.",
    )


def _entity_configured(entities: Sequence[str]) -> Check:
    return critical(
        "entity_id.configured",
        ["entity_id"],
        fails_when=f"not {one_of('entity_id', entities)}",
        says="entity_id is an entity that is configured.",
    )
