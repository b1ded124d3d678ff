"""Contracts and a way to read a profile from text."""

from collections.abc import Callable
from dataclasses import replace
from functools import cache

import pytest

from tieout.archive.keys import Keys
from tieout.landing.agreement import check
from tieout.landing.grammar import read_profile
from tieout.landing.marked_yaml import load
from tieout.landing.problems import Node, Problem
from tieout.landing.profile import Profile
from tieout.warehouse.contracts import Contract, Field, QuarantineLimit

LIMIT = QuarantineLimit(10, 1000, 20)


def contract(name: str, key: tuple[str, ...], *fields: Field) -> Contract:
    """Make a contract."""
    return Contract(name, 1, "d", "o", "One row per thing.", key, LIMIT, fields)


@cache
def contracts() -> dict[str, Contract]:
    """Two small objects with one field of each kind."""
    return {
        "thing": contract(
            "thing",
            ("number", "line"),
            Field("number", "text", "", required=True),
            Field("line", "integer", "", required=True),
            Field("entity_id", "text", ""),
            Field("kind", "text", "", values=("good", "bad")),
            Field("amount", "money", ""),
            Field("day", "date", ""),
            Field("at", "timestamp", ""),
            Field("open", "boolean", ""),
            Field("account", "text", "", sensitivity="bank"),
            Field("normal", "text", "", derive="normalise_document_number(number)"),
        ),
        "note": contract("note", ("ref",), Field("ref", "text", "", required=True), Field("text", "text", "")),
        "payee": contract(
            "payee",
            ("ref",),
            Field("ref", "text", "", required=True),
            Field("account", "text", "", sensitivity="bank"),
            Field("bank", "text", ""),
            Field("fault", "text", "", derive="account_fault(account, bank)"),
        ),
        "pack": replace(
            contract("pack", ("item",), *(Field(name, "text", "") for name in ("item", "of", "entity", "vendor"))),
            optional_key=("of", "entity", "vendor"),
        ),
    }


@pytest.fixture
def keys() -> Keys:
    """Keys of no value."""
    return Keys([b"k" * 32], b"t" * 32)


@pytest.fixture
def read() -> Callable[[str], tuple[Profile | None, list[Problem]]]:
    """Read a profile and return it with everything that is wrong in it."""

    def run(text: str) -> tuple[Profile | None, list[Problem]]:
        problems: list[Problem] = []
        node = Node(load(text, "x.yml"), "x.yml", problems)
        profile = read_profile(node)
        if profile:
            check(node, profile, contracts())
        return profile, sorted(problems)

    return run
