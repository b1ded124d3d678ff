"""Judges many cases at once: by the rules in plain Python, and by the models in one build of a fresh warehouse."""

from collections.abc import Sequence
from datetime import timedelta

from launcher.postgres import EmbeddedPostgres
from tests.properties.comparison import differences
from tests.properties.landing import GENERAL, cases_of, read_answers
from tests.properties.papers import moment
from tests.properties.reference.documents import Case
from tests.properties.reference.judge import judge
from tests.properties.shrinking import readable, shrink
from tests.scenarios.warehouse import Dbt, fresh_warehouse

AS_OF = moment("2026-03-31T12:00")


class Engine:
    """The models, ready to judge."""

    def __init__(self, postgres: EmbeddedPostgres, template: str, dbt: Dbt) -> None:
        self.postgres, self.template, self.dbt = postgres, template, dbt

    def differences(self, cases: Sequence[Case]) -> list[list[str]]:
        """For each case, what the rules and the models say differently."""
        with fresh_warehouse(self.postgres, self.template, self.dbt) as warehouse:
            cases_of(cases).land(warehouse, AS_OF - timedelta(hours=1))
            warehouse.build(AS_OF, data_tests=False)
            by_models = read_answers(warehouse, len(cases))
        by_rules = [judge(case, AS_OF, GENERAL) for case in cases]
        return [differences(rules, models) for rules, models in zip(by_rules, by_models, strict=True)]

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
