"""Imports Great Expectations in two thirds of the time.

It imports scipy.stats and altair at the top of three modules that we do not use (distribution tests and their charts).
That is a third of an import that every run of the gate pays. For the time of the import a placeholder stands in for
each; anybody who imports them later gets the real ones.
"""

import sys
from importlib import import_module
from types import ModuleType
from typing import NoReturn

UNUSED = ("altair", "scipy.stats")


class _Placeholder(ModuleType):
    def __getattr__(self, name: str) -> NoReturn:
        raise AttributeError(
            f"{self.__name__}.{name} was left out of the import of Great Expectations (tieout.quality.lean_import)."
        )


def load_great_expectations() -> None:
    """Import Great Expectations, once per process."""
    if "great_expectations" in sys.modules:
        return
    placed = {name: _Placeholder(name) for name in UNUSED if name not in sys.modules}
    sys.modules.update(placed)
    try:
        import_module("great_expectations")
    finally:
        for name, placeholder in placed.items():
            if sys.modules.get(name) is placeholder:
                del sys.modules[name]
