"""What a person answered to a question of Airflow's, and what became of the answer."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any


@dataclass(frozen=True)
class Response:
    """An answer as Airflow's human-in-the-loop operator brings it.

    ``names`` are what Airflow calls the person, display name first, empty where nobody answered; ``option`` is what was
    chosen, empty where nothing was; ``fields`` are what was filled in, without blanks around.
    """

    names: tuple[str, ...]
    option: str
    fields: Mapping[str, str]

    @classmethod
    def of(cls, brought: Mapping[str, Any] | None) -> "Response":
        """Read the operator's result: ``chosen_options``, ``params_input``, ``responded_by_user``."""
        said = brought or {}
        person = said.get("responded_by_user") or {}
        names = dict.fromkeys(str(person[key]).strip() for key in ("name", "id") if person.get(key))
        fields = {name: str(value or "").strip() for name, value in (said.get("params_input") or {}).items()}
        return cls(tuple(filter(None, names)), (said.get("chosen_options") or [""])[0], fields)

    @property
    def by(self) -> str:
        """What the person is called, empty where nobody answered."""
        return self.names[0] if self.names else ""

    @property
    def comment(self) -> str:
        """Why, in the person's words."""
        return self.fields.get("comment", "")

    def listed(self, name: str) -> list[str]:
        """Return the parts of a field that are separated by commas."""
        return [part for part in (each.strip() for each in self.fields.get(name, "").split(",")) if part]


@dataclass
class CarriedOut:
    """Numbers of a page that were decided; that were decided before by the same answer; why others were not."""

    decided: list[int] = field(default_factory=list)
    repeated: list[int] = field(default_factory=list)
    refused: dict[int, str] = field(default_factory=dict)

    def as_dict(self) -> dict[str, Any]:
        """Return it as JSON has it: its keys are text."""
        return asdict(self) | {"refused": {str(number): why for number, why in self.refused.items()}}
