"""From a profile's rule to the expression of a value in canonical spelling, which `mapping` writes into a function.

An expression reads the row ``r`` and the names that it needs: converters, code maps, functions, facts of the payload.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from dataclasses import field as dataclass_field
from typing import Any

from tieout.archive.keys import Keys
from tieout.landing import values
from tieout.landing.conversion import NUMBERS, combined, converter
from tieout.landing.functions import FUNCTIONS
from tieout.landing.profile import Condition, Feed, ObjectMapping, Rule
from tieout.landing.records import FUNCTION

_BESIDE = "\x1f"  # between an entity's code and a value that is read by it


@dataclass(frozen=True)
class Vocabulary:
    """What mappings of a source refer to.

    ``own_maps`` are codes that entities spell otherwise: name of a code map → entity → code → word.
    """

    maps: Mapping[str, Mapping[str, str]]
    entities: Mapping[str, str]
    keys: Keys
    own_maps: Mapping[str, Mapping[str, Mapping[str, str]]] = dataclass_field(default_factory=dict)


class Expressions:
    """Expressions over rows with certain columns.

    Args:
        feed, mapping: what the profile says.
        vocabulary: code maps, entities and keys.
        columns: of the rows.

    Attributes:
        columns: their places.
        names: what the expressions refer to.
        facts: path of a fact of the payload, and the name that expressions call it by.
    """

    def __init__(self, feed: Feed, mapping: ObjectMapping, vocabulary: Vocabulary, columns: tuple[str, ...]) -> None:
        self._feed = feed
        self._mapping = mapping
        self._vocabulary = vocabulary
        self.columns = {name: index for index, name in enumerate(columns)}
        self.names: dict[str, Any] = {}
        self.facts: dict[str, str] = {}

    def value(self, rule: Rule, kind: str) -> str:
        """Return the expression of a value in canonical spelling."""
        convert = self._converter(rule, kind)
        if rule.origin == "constant":
            return repr(convert(rule.constant))
        if rule.origin == "path":
            path = self.path(rule.paths[0])
            if path == "''":
                return repr(convert(""))
            return self._by_entity(path, rule, kind) or self._converted(path, rule, kind, convert)
        if rule.origin == "function":
            return f"{self.name('convert', convert)}({self._function(rule)})"
        combine = self.name("combine", combined(rule, convert))
        return f"{combine}({', '.join(self.path(path) for path in rule.paths)})"

    def sealed(self, rule: Rule, kind: str) -> str:
        """Return the expression of token, last four and ciphertext of a sensitive value."""
        keys = self._vocabulary.keys

        def seal(value: str) -> tuple[str, str, str]:
            result = keys.seal(value, kind)
            return result.token, result.last4, result.encrypted

        return f"{self.name('seal', seal)}({self.path(rule.paths[0])}.strip())"

    def updated_at(self) -> str:
        """Return the expression of the source's time: blank where it is not one, for the payload's time to stand in."""
        if self._mapping.updated_at is None:
            return "''"
        rule = self._mapping.updated_at
        spell = self._converter(rule, "timestamp", otherwise="")
        memo = self.name("memo", values.Memo(spell))
        if rule.origin == "path":
            return f"{memo}[{self.path(rule.paths[0])}]"
        if rule.origin == "constant":
            return repr(spell(rule.constant))
        combine = self.name("combine", combined(rule, spell))
        return f"{combine}({', '.join(self.path(path) for path in rule.paths)})"

    def conditions(self, conditions: tuple[Condition, ...]) -> str:
        """Return the expression of whether all conditions hold; blank where there is none."""
        return " and ".join(self._condition(condition) for condition in conditions)

    def path(self, path: str) -> str:
        """Return the expression of what is under a path; blank where the rows have no such column."""
        if path.startswith("@"):
            return self.facts.setdefault(path, f"fact{len(self.facts)}")
        return f"r[{self.columns[path]}]" if path in self.columns else "''"

    def name(self, prefix: str, value: Any) -> str:
        """Give a value a name that expressions may use."""
        name = f"{prefix}{len(self.names)}"
        self.names[name] = value
        return name

    def _condition(self, condition: Condition) -> str:
        value = f"{self.path(condition.path)}.strip()"
        if condition.test == "present":
            return f"{value}" if condition.present else f"not {value}"
        words = self.name("words", condition.values)
        return f"{value} {'in' if condition.test == 'in' else 'not in'} {words}"

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

        memo = self.name("memo", values.Memo(convert))
        return f"{memo}[{self.path(company.paths[0])} + {_BESIDE!r} + {path}]"

    def _converted(self, path: str, rule: Rule, kind: str, convert: values.Converter) -> str:
        """Return the expression of a converted path: numbers mostly are right, other values repeat themselves."""
        if convert is values.text:
            return f"{path}.strip()"
        if kind in NUMBERS and rule == Rule(paths=rule.paths):
            pattern = values.CANONICAL_INTEGER if kind == "integer" else values.CANONICAL_NUMBER
            right, spell = self.name("right", pattern.fullmatch), self.name("convert", convert)
            return f"({path} if {right}({path}) else {spell}({path}))"
        return f"{self.name('memo', values.Memo(convert))}[{path}]"

    def _function(self, rule: Rule) -> str:
        column = FUNCTION + rule.function
        if column in self.columns:
            return f"r[{self.columns[column]}]"
        call = self.name("function", FUNCTIONS[rule.function].call)
        names = self.name("columns", tuple(self.columns))
        return f"({call}(dict(zip({names}, r))) or '')"

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
