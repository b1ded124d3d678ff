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
from dataclasses import field as dataclass_field
from typing import Any

from tieout.archive.keys import Keys
from tieout.landing import values
from tieout.landing.conversion import NUMBERS, combined, converter
from tieout.landing.functions import DERIVATIONS, FUNCTIONS
from tieout.landing.profile import Condition, Feed, ObjectMapping, Rule
from tieout.landing.records import EXTRA, FUNCTION, extra_text
from tieout.warehouse.contracts import Contract
from tieout.warehouse.contracts import Field as ContractField

LINEAGE = ("_payload", "_row_number", "_record_key", "_row_sha256", "_source_updated_at", "_deleted", "_extra")
Rows = list[list[str]]
Facts = Mapping[str, str]
_BESIDE = "\x1f"  # between an entity's code and a value that is read by it
# (rows, number of the payload, rows so far, facts of the payload) → (lines, rows so far)
Write = Callable[[Rows, int, int, Facts], tuple[list[str], int]]


@dataclass(frozen=True)
class Vocabulary:
    """What mappings of a source refer to.

    ``own_maps`` are codes that entities spell otherwise: name of a code map → entity → code → word.
    """

    maps: Mapping[str, Mapping[str, str]]
    entities: Mapping[str, str]
    keys: Keys
    own_maps: Mapping[str, Mapping[str, Mapping[str, str]]] = dataclass_field(default_factory=dict)


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
        self._feed = feed
        self._mapping = mapping
        self._contract = contract
        self._vocabulary = vocabulary
        self._columns = {name: index for index, name in enumerate(columns)}
        self._names: dict[str, Any] = {"escape": escape, "sha256": hashlib.sha256}
        self._facts: dict[str, str] = {}
        self.missing: set[str] = set()

    def function(self, unnamed: tuple[str, ...]) -> Write:
        """Compile the function."""
        hashed, sealed, statements = self._values()
        updated = self._updated_at()
        body = "\\t".join(f"{{{name}}}" for name in hashed)
        key = self._key()
        tail = "".join(f"\\t{{{name}}}" for name in sealed)
        condition = self._conditions(self._mapping.where)
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
        facts = [f"    {name} = facts[{path!r}]" for path, name in self._facts.items()]
        source = "\n".join([*lines[:3], *facts, *lines[3:]])
        namespace = dict(self._names)
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
                call = self._name("derive", DERIVATIONS[function])
                derived.append(f"{name} = {call}({', '.join(map(self._argument, arguments.split(', ')))})")
            else:
                statements.append(f"{name} = {self._value(field)}")
        return hashed, sealed, statements + derived

    def _argument(self, field: str) -> str:
        """Return the expression of what a derivation reads: the field's value, of a sealed field what is sealed."""
        if self._contract.field(field).sensitivity == "none":
            return self._variable(field)
        rule = self._mapping.fields.get(field)
        return f"{self._path(rule.paths[0])}.strip()" if rule else "''"

    def _variable(self, field: str) -> str:
        return f"v{[known.name for known in self._contract.fields].index(field)}_"

    def _name(self, prefix: str, value: Any) -> str:
        name = f"{prefix}{len(self._names)}"
        self._names[name] = value
        return name

    def _sealed(self, field: ContractField) -> str:
        keys, kind = self._vocabulary.keys, field.sensitivity

        def seal(value: str) -> tuple[str, str, str]:
            result = keys.seal(value, kind)
            return result.token, result.last4, result.encrypted

        rule = self._mapping.fields.get(field.name)
        if rule is None:
            return "'', '', ''"
        self._note_missing(field, rule)
        return f"{self._name('seal', seal)}({self._path(rule.paths[0])}.strip())"

    def _value(self, field: ContractField) -> str:
        rule = self._mapping.fields.get(field.name)
        if rule is None:
            return "''"
        self._note_missing(field, rule)
        return self._expression(rule, field.type)

    def _note_missing(self, field: ContractField, rule: Rule) -> None:
        known = [path for path in rule.paths if path in self._columns or path.startswith("@")]
        if field.required and rule.paths and not known and not rule.default and rule.origin != "function":
            self.missing.add(field.name)

    def _expression(self, rule: Rule, kind: str) -> str:
        """Return the expression of a value in canonical spelling."""
        convert = self._converter(rule, kind)
        if rule.origin == "constant":
            return repr(convert(rule.constant))
        if rule.origin == "path":
            path = self._path(rule.paths[0])
            if path == "''":
                return repr(convert(""))
            return self._by_entity(path, rule, kind) or self._converted(path, rule, kind, convert)
        if rule.origin == "function":
            return f"{self._name('convert', convert)}({self._function(rule)})"
        combine = self._name("combine", combined(rule, convert))
        return f"{combine}({', '.join(self._path(path) for path in rule.paths)})"

    def _by_entity(self, path: str, rule: Rule, kind: str) -> str | None:
        """Return the expression of a path whose codes some entities spell otherwise; None where none does."""
        own = self._vocabulary.own_maps.get(rule.map or "", {})
        company = next((other for other in self._mapping.fields.values() if other.entity), None)
        if not own or company is None or company.origin != "path":
            return None
        usual = self._converter(rule, kind)
        converters = {entity: self._converter(rule, kind, own=codes) for entity, codes in own.items()}
        entities = values.code(dict(self._vocabulary.entities))

        def convert(value: str) -> str:
            code, _, given = value.partition(_BESIDE)
            return converters.get(entities(code), usual)(given)

        memo = self._name("memo", values.Memo(convert))
        return f"{memo}[{self._path(company.paths[0])} + {_BESIDE!r} + {path}]"

    def _converted(self, path: str, rule: Rule, kind: str, convert: values.Converter) -> str:
        """Return the expression of a converted path: numbers mostly are right, other values repeat themselves."""
        if convert is values.text:
            return f"{path}.strip()"
        if kind in NUMBERS and rule == Rule(paths=rule.paths):
            pattern = values.CANONICAL_INTEGER if kind == "integer" else values.CANONICAL_NUMBER
            right, spell = self._name("right", pattern.fullmatch), self._name("convert", convert)
            return f"({path} if {right}({path}) else {spell}({path}))"
        return f"{self._name('memo', values.Memo(convert))}[{path}]"

    def _function(self, rule: Rule) -> str:
        column = FUNCTION + rule.function
        if column in self._columns:
            return f"r[{self._columns[column]}]"
        call = self._name("function", FUNCTIONS[rule.function].call)
        names = self._name("columns", tuple(self._columns))
        return f"({call}(dict(zip({names}, r))) or '')"

    def _path(self, path: str) -> str:
        if path.startswith("@"):
            return self._facts.setdefault(path, f"fact{len(self._facts)}")
        return f"r[{self._columns[path]}]" if path in self._columns else "''"

    def _converter(
        self, rule: Rule, kind: str, otherwise: str | None = None, own: Mapping[str, str] | None = None
    ) -> values.Converter:
        """Return what a rule does to a value; ``own`` are codes that come before those of the rule's code map."""
        codes: list[Mapping[str, str]] = []
        if rule.map is not None:
            codes.append({**self._vocabulary.maps[rule.map], **(own or {})})
        if rule.entity:
            codes.append(self._vocabulary.entities)
        return converter(rule, kind, time_zone=self._feed.time_zone, codes=codes, otherwise=otherwise)

    def _updated_at(self) -> str:
        """Return the expression of the source's time: blank where it is not one, for the payload's time to stand in."""
        if self._mapping.updated_at is None:
            return "''"
        rule = self._mapping.updated_at
        spell = self._converter(rule, "timestamp", otherwise="")
        memo = self._name("memo", values.Memo(spell))
        if rule.origin == "path":
            return f"{memo}[{self._path(rule.paths[0])}]"
        if rule.origin == "constant":
            return repr(spell(rule.constant))
        combine = self._name("combine", combined(rule, spell))
        return f"{combine}({', '.join(self._path(path) for path in rule.paths)})"

    def _conditions(self, conditions: tuple[Condition, ...]) -> str:
        return " and ".join(self._condition(condition) for condition in conditions)

    def _condition(self, condition: Condition) -> str:
        value = f"{self._path(condition.path)}.strip()"
        if condition.test == "present":
            return f"{value}" if condition.present else f"not {value}"
        words = self._name("words", condition.values)
        return f"{value} {'in' if condition.test == 'in' else 'not in'} {words}"

    def _deleted(self) -> str:
        condition = self._conditions(self._mapping.deleted)
        return f"'t' if ({condition}) else 'f'" if condition else "'f'"

    def _extra(self, unnamed: tuple[str, ...]) -> str:
        if EXTRA in self._columns:
            return f"escape(r[{self._columns[EXTRA]}])"
        if not unnamed:
            return "''"
        encrypt = self._vocabulary.keys.encrypt if self._feed.encrypt_extra else None
        picked = [(name, self._columns[name]) for name in unnamed]

        def extra(row: list[str]) -> str:
            return escape(extra_text({name: row[index] for name, index in picked if row[index]}, encrypt))

        return f"{self._name('extra', extra)}(r)"
