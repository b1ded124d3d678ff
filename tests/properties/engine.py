"""Judges many cases at once: by the rules in plain Python, and by the models in one build of a fresh warehouse."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from launcher.postgres import EmbeddedPostgres
from tests.properties.comparison import differences
from tests.properties.landing import GENERAL, cases_of, read_answers
from tests.properties.papers import moment as instant
from tests.properties.reference.documents import Case
from tests.properties.reference.judge import judge
from tests.properties.shrinking import readable, shrink
from tests.scenarios.warehouse import Dbt, fresh_warehouse

AT_ONCE = 800
"""Each case has policies of its own, and the choice of a policy costs scopes times policies."""
AS_OF = instant("2026-03-31T12:00")


class Engine:
    """The models, ready to judge."""

    def __init__(self, postgres: EmbeddedPostgres, template: str, dbt: Dbt) -> None:
        self.postgres, self.template, self.dbt = postgres, template, dbt

    def differences(self, cases: Sequence[Case], moments: Sequence[datetime] = (AS_OF,)) -> list[list[str]]:
        """For each case, what the rules and the models say differently, at any of the moments, one after another."""
        parts = [cases[start : start + AT_ONCE] for start in range(0, len(cases), AT_ONCE)]
        return [differs for part in parts for differs in self.differences_of_some(part, moments)]

    def differences_of_some(self, cases: Sequence[Case], moments: Sequence[datetime]) -> list[list[str]]:
        """The same for as many cases as one warehouse is filled with."""
        found: list[list[str]] = [[] for _ in cases]
        with fresh_warehouse(self.postgres, self.template, self.dbt) as warehouse:
            cases_of(cases).land(warehouse, AS_OF - timedelta(hours=1))
            for moment in moments:
                warehouse.build(moment, data_tests=False)
                answers = zip(cases, read_answers(warehouse, len(cases)), strict=True)
                for differs, (case, by_models) in zip(found, answers, strict=True):
                    differs += [f"{moment:%F}, {what}" for what in differences(judge(case, moment, GENERAL), by_models)]
        return found

    def counter_example(self, cases: Sequence[Case]) -> str | None:
        """The simplest failing case that can be made of the given ones, and both answers; none where all agree."""
        found = self.differences(cases)
        failing = [case for case, differs in zip(cases, found, strict=True) if differs]
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
