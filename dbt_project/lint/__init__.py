"""What sqlfluff puts in place of dbt's own words, so that models can be checked without dbt and without a database.

Only the shape of the SQL matters here: a macro that differs by engine becomes a call of a function of its name, and
every relation that is looked up is there.
"""

from collections.abc import Callable
from typing import Any

from jinja2 import Environment

execute = True
KEYWORDS = {"kept": "materialized", "not_kept": "not materialized", "computed_once": "offset 0"}
TABLES: dict[str, Callable[..., str]] = {
    "rows_of": lambda relation, columns, keys: str(relation),
    "row_by_row": lambda relation, alias, columns: f"{relation} as {alias} on true",
}


class _Anything(str):
    """A text that equals every other."""

    __slots__ = ()

    def __eq__(self, other: object) -> bool:
        return True

    def __hash__(self) -> int:
        return 0


class _Node:
    """A model, whichever is asked for."""

    resource_type = name = _Anything()
    database = schema = alias = "some_model"


class _Relation(str):
    """A table that is there."""

    __slots__ = ()
    is_table = True


class graph:
    """dbt's ``graph``."""

    nodes = {"any": _Node()}  # noqa: RUF012 - dbt's shape


class flags:
    """dbt's ``flags``."""

    FULL_REFRESH = False


class adapter:
    """dbt's ``adapter``."""

    @staticmethod
    def dispatch(name: str, package: str | None = None) -> Callable[..., str]:
        """The macro of that name: a function call, or the keywords or the table that it stands for."""
        if name in KEYWORDS:
            return lambda: KEYWORDS[name]
        if name in TABLES:
            return TABLES[name]
        return lambda *arguments: f"{name}({', '.join(str(each) for each in arguments if each != '')})"

    @staticmethod
    def get_relation(*_: object) -> _Relation:
        """The relation, whichever is asked for."""
        return _Relation("some_model")


def load_cached_relation(_: object) -> _Relation:
    """dbt's ``load_cached_relation``."""
    return _Relation("some_model")


def should_full_refresh() -> bool:
    """dbt's ``should_full_refresh``."""
    return False


def _return(value: Any) -> str:
    """dbt's ``return``. In plain Jinja a macro gives text: some for what is true, two letters for a list."""
    if isinstance(value, str):
        return value
    return "ab" if value else ""


globals()["return"] = _return


def _kept(compile_source: Callable[..., Any]) -> Callable[..., Any]:
    compiled: dict[tuple[Any, ...], Any] = {}

    def compile_once(self: Environment, *source: Any) -> Any:
        if source not in compiled:
            compiled[source] = compile_source(self, *source)
        return compiled[source]

    compile_once.compiled = compiled  # type: ignore[attr-defined]
    return compile_once


# Every macro is compiled twice for each model that is checked, two fifths of the time. What comes of it depends on its
# text alone. This module is read anew for each model.
if not hasattr(Environment.compile, "compiled"):
    Environment.compile = _kept(Environment.compile)  # type: ignore[method-assign]
