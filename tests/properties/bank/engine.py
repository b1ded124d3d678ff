"""Reconciles many cases at once: by the rules in plain Python, and by the models in two builds of a fresh warehouse.

What comes first is random, so the models answer twice: for what had come by then, and for all.
"""

from collections.abc import Iterator, Sequence
from dataclasses import fields
from datetime import UTC, datetime, timedelta
from random import Random

from launcher.postgres import EmbeddedPostgres
from tests.properties.bank.books import Books
from tests.properties.bank.documents import Case
from tests.properties.bank.ends import reconcile
from tests.properties.bank.invariants import broken
from tests.properties.bank.landing import Land, read_books
from tests.properties.shrinking import readable, shrink
from tests.scenarios.warehouse import Dbt, fresh_warehouse

FIRST = datetime(2026, 6, 1, 12, tzinfo=UTC)
SECOND = FIRST + timedelta(days=1)
LADDER = ["+match_bank_link", "+match_bank_settlement"]


class Engine:
    """The models, ready to reconcile."""

    def __init__(self, postgres: EmbeddedPostgres, template: str, dbt: Dbt) -> None:
        self.postgres, self.template, self.dbt = postgres, template, dbt

    def differences(self, cases: Sequence[Case]) -> list[list[str]]:
        """For each case, what the rules and the models say differently, and what may never be."""
        found: list[list[str]] = [[] for _ in cases]
        parts = [first_part(case) for case in cases]
        land = Land()
        with fresh_warehouse(self.postgres, self.template, self.dbt) as warehouse:
            for number, part in enumerate(parts):
                land.begin(number)
                land.records(records(part))
            for moment, known in ((FIRST, parts), (SECOND, cases)):
                land.land(warehouse, moment - timedelta(hours=1))
                warehouse.build(moment, select=LADDER, data_tests=False)
                for differs, case, by_models in zip(found, known, read_books(warehouse, len(cases)), strict=True):
                    differs += [f"{moment:%F}, {what}" for what in differences(reconcile(case), by_models)]
                    differs += [f"{moment:%F}, {what}" for what in broken(case, by_models)]
                for number, (part, case) in enumerate(zip(parts, cases, strict=True)):
                    land.continue_with(number)
                    land.records(each for each in records(case) if each not in records(part))
        return found

    def counter_example(self, cases: Sequence[Case]) -> str | None:
        """The simplest failing case that can be made of the given ones, and both answers; none where all agree."""
        failing = [case for case, differs in zip(cases, self.differences(cases), strict=True) if differs]
        if not failing:
            return None
        simplest = shrink(min(failing, key=lambda case: len(readable(case))), self.fails)
        (differs,) = self.differences([simplest])
        return f"{len(failing)} of {len(cases)} cases differ; the simplest:\n{readable(simplest)}\n" + "\n".join(
            differs
        )

    def fails(self, cases: Sequence[Case]) -> list[bool]:
        """Which of the cases differ."""
        return [bool(differs) for differs in self.differences(cases)]


def records(case: Case) -> list[object]:
    """All of a case, people's words last."""
    return [record for field in fields(case) for record in getattr(case, field.name)]


def first_part(case: Case) -> Case:
    """About half of what a case has, the same half each time; a person says nothing of what had not come."""
    rng = Random(repr(case))
    come = {f.name: tuple(each for each in getattr(case, f.name) if rng.random() < 0.5) for f in fields(case)}
    known = {each.ref for kind in ("payments", "entries") for each in come[kind]}
    come["rulings"] = ()
    for ruling in case.rulings:
        if not known >= {ruling.entry, *ruling.payments} or rng.random() < 0.3:
            break
        come["rulings"] += (ruling,)
    return Case(**come)


def differences(by_rules: Books, by_models: Books) -> Iterator[str]:
    """Everything that the rules say and the models do not, and the other way round. One sentence each."""
    for whose, links in (("rules", by_rules.links - by_models.links), ("models", by_models.links - by_rules.links)):
        yield from sorted(f"by the {whose} only: {link}" for link in links)
    for name in ("entries", "payments"):
        rules, models = getattr(by_rules, name), getattr(by_models, name)
        for ref in sorted(rules.keys() | models.keys()):
            if rules.get(ref) != models.get(ref):
                yield f"{ref}: rules {rules.get(ref)}, models {models.get(ref)}"
