"""From rows of a payload to lines that COPY reads: a function made for each mapping and set of columns.

The function's source is written out and compiled once, because a call per value would cost more than the conversion:
one million rows pass through here. A line holds, separated by tabs: number of the payload in the batch, row number,
record key, row hash, time of the source, tombstone, extra fields, then the contract's columns, ciphertexts last.

The row hash is SHA-256 over tombstone flag and columns as written, ciphertexts left out (they differ each time) and
blanks at the end left out (so that a contract may gain a field).
"""

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from tieout.landing.expressions import Expressions, Vocabulary
from tieout.landing.functions import DERIVATIONS
from tieout.landing.profile import Feed, ObjectMapping, Rule
from tieout.landing.records import EXTRA, extra_text
from tieout.warehouse.contracts import Contract
from tieout.warehouse.contracts import Field as ContractField

LINEAGE = ("_payload", "_row_number", "_record_key", "_row_sha256", "_source_updated_at", "_deleted", "_extra")
Rows = list[list[str]]
Facts = Mapping[str, str]
# (rows, number of the payload, rows so far, facts of the payload) → (lines, rows so far)
Write = Callable[[Rows, int, int, Facts], tuple[list[str], int]]


@dataclass(frozen=True)
class Compiled:
    """A mapping made ready for payloads with certain columns.

    Attributes:
        write: turns rows into lines.
        missing: required fields whose paths the payload does not have.
        unknown: columns that nobody named.
    """

    write: Write
    missing: frozenset[str]
    unknown: frozenset[str]


def copy_columns(contract: Contract) -> tuple[str, ...]:
    """Return the columns of a line after the lineage: hashed ones first, ciphertexts last."""
    plain = tuple(column for field in contract.fields for column in field.raw_columns[:2])
    return (*plain, *(f"{field.name}_encrypted" for field in contract.fields if field.sensitivity != "none"))


def escape(value: str) -> str:
    """Return a text as COPY reads it."""
    return value.replace("\\", "\\\\").replace("\t", "\\t").replace("\n", "\\n").replace("\r", "\\r")


def compile_mapping(
    feed: Feed,
    mapping: ObjectMapping,
    contract: Contract,
    vocabulary: Vocabulary,
    columns: tuple[str, ...],
    unnamed: tuple[str, ...] = (),
) -> Compiled:
    """Make the function that turns rows with these columns into lines.

    Args:
        feed, mapping: what the profile says.
        contract: of the mapping's object.
        vocabulary: code maps, entities and keys.
        columns: of the rows. They may hold what functions gave (`FUNCTION` + name) and extra fields (`EXTRA`).
        unnamed: those of the columns that go to `_extra`.
    """
    writer = _Writer(feed, mapping, contract, vocabulary, columns)
    return Compiled(writer.function(unnamed), frozenset(writer.missing), frozenset(unnamed))


class _Writer:
    """Writes the source of one function. Values are named ``v0``, ``v1``, … in the order of the hashed columns."""

    def __init__(
        self,
        feed: Feed,
        mapping: ObjectMapping,
        contract: Contract,
        vocabulary: Vocabulary,
        columns: tuple[str, ...],
    ) -> None:
        self._encrypt = vocabulary.keys.encrypt if feed.encrypt_extra else None
        self._mapping = mapping
        self._contract = contract
        self._expressions = Expressions(feed, mapping, vocabulary, columns)
        self._expressions.names |= {"escape": escape, "sha256": hashlib.sha256}
        self.missing: set[str] = set()

    def function(self, unnamed: tuple[str, ...]) -> Write:
        """Compile the function."""
        hashed, sealed, statements = self._values()
        updated = self._expressions.updated_at()
        body = "\\t".join(f"{{{name}}}" for name in hashed)
        key = self._key()
        tail = "".join(f"\\t{{{name}}}" for name in sealed)
        condition = self._expressions.conditions(self._mapping.where)
        lines = [
            "def write(rows, payload, number, facts):",
            "    lines = []",
            "    append = lines.append",
            "    for r in rows:",
            *([f"        if not ({condition}): continue"] if condition else []),
            "        number += 1",
            *(f"        {statement}" for statement in statements),
            f'        body = f"{body}"',
            f"        if body.count('\\t') != {len(hashed) - 1} or '\\\\' in body or '\\n' in body or '\\r' in body:",
            *(f"            {name} = escape({name})" for name in hashed),
            f'            body = f"{body}"',
            f"        d = {self._deleted()}",
            "        h = sha256((d + '\\t' + body).rstrip('\\t').encode()).hexdigest()",
            f'        append(f"{{payload}}\\t{{number}}\\t{key}\\t{{h}}\\t{{{updated}}}\\t{{d}}'
            f'\\t{{{self._extra(unnamed)}}}\\t{{body}}{tail}")',
            "    return lines, number",
        ]
        facts = [f"    {name} = facts[{path!r}]" for path, name in self._expressions.facts.items()]
        source = "\n".join([*lines[:3], *facts, *lines[3:]])
        namespace = dict(self._expressions.names)
        exec(compile(source, f"<mapping of {self._mapping.object}>", "exec"), namespace)  # noqa: S102 (our own text)
        return namespace["write"]

    def _key(self) -> str:
        """Return the template of the record key; what is optional in it is left off from its last blank on."""
        key = "|".join(f"{{{self._variable(field)}}}" for field in self._contract.key)
        optional = "".join(f"|{{{self._variable(field)}}}" for field in self._contract.optional_key)
        return f"""{key}{{f'{optional}'.rstrip('|')}}""" if optional else key

    def _values(self) -> tuple[list[str], list[str], list[str]]:
        """Return names of hashed values, names of ciphertexts, and the statements that compute both."""
        hashed: list[str] = []
        sealed: list[str] = []
        statements: list[str] = []
        derived: list[str] = []
        for field in self._contract.fields:
            name = self._variable(field.name)
            if field.sensitivity != "none":
                hashed += [f"{name}t", f"{name}l"]
                sealed.append(f"{name}e")
                statements.append(f"{name}t, {name}l, {name}e = {self._sealed(field)}")
                continue
            hashed.append(name)
            if field.derive:
                function, _, arguments = field.derive.rstrip(")").partition("(")
                call = self._expressions.name("derive", DERIVATIONS[function])
                derived.append(f"{name} = {call}({', '.join(map(self._argument, arguments.split(', ')))})")
            else:
                statements.append(f"{name} = {self._value(field)}")
        return hashed, sealed, statements + derived

    def _argument(self, field: str) -> str:
        """Return the expression of what a derivation reads: the field's value, of a sealed field what is sealed."""
        if self._contract.field(field).sensitivity == "none":
            return self._variable(field)
        rule = self._mapping.fields.get(field)
        return f"{self._expressions.path(rule.paths[0])}.strip()" if rule else "''"

    def _variable(self, field: str) -> str:
        return f"v{[known.name for known in self._contract.fields].index(field)}_"

    def _sealed(self, field: ContractField) -> str:
        rule = self._mapping.fields.get(field.name)
        if rule is None:
            return "'', '', ''"
        self._note_missing(field, rule)
        return self._expressions.sealed(rule, field.sensitivity)

    def _value(self, field: ContractField) -> str:
        rule = self._mapping.fields.get(field.name)
        if rule is None:
            return "''"
        self._note_missing(field, rule)
        return self._expressions.value(rule, field.type)

    def _note_missing(self, field: ContractField, rule: Rule) -> None:
        known = [path for path in rule.paths if path in self._expressions.columns or path.startswith("@")]
        if field.required and rule.paths and not known and not rule.default and rule.origin != "function":
            self.missing.add(field.name)

    def _deleted(self) -> str:
        condition = self._expressions.conditions(self._mapping.deleted)
        return f"'t' if ({condition}) else 'f'" if condition else "'f'"

    def _extra(self, unnamed: tuple[str, ...]) -> str:
        columns = self._expressions.columns
        if EXTRA in columns:
            return f"escape(r[{columns[EXTRA]}])"
        if not unnamed:
            return "''"
        encrypt = self._encrypt
        picked = [(name, columns[name]) for name in unnamed]

        def extra(row: list[str]) -> str:
            return escape(extra_text({name: row[index] for name, index in picked if row[index]}, encrypt))

        return f"{self._expressions.name('extra', extra)}(r)"
