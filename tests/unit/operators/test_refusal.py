"""Tasks refuse a configuration in which something is wrong; a DAG is there to say so."""

import shutil
from pathlib import Path

import pytest
from airflow.sdk import RetryAction

from tieout import settings
from tieout.configuration import inspection
from tieout.errors import ConfigurationError
from tieout.operators import extract, refusal, schedules
from tieout.operators.defaults import task_defaults


@pytest.fixture
def config(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of the configuration that tasks run with; no warehouse is asked."""
    copy = Path(shutil.copytree(settings.config_dir(), tmp_path / "config"))
    monkeypatch.setenv("TIEOUT_CONFIG", str(copy))
    monkeypatch.setenv("TIEOUT_HOME", str(tmp_path / "home"))
    monkeypatch.setattr(refusal, "_refuse_departures", lambda directory: None)
    schedules._schedules.cache_clear()
    return copy


def before_a_task() -> None:
    """What Airflow calls before each task."""
    task_defaults("any")["pre_execute"]({})


def test_a_wrong_configuration_is_refused_at_once_and_the_mistake_named(config: Path) -> None:
    before_a_task()
    (config / "entities" / "H2.yml").write_text("entity_id: H2\n")
    with pytest.raises(ConfigurationError, match=r"entities/H2.yml:1: 'currency' is missing") as refused:
        before_a_task()
    assert task_defaults("any")["retry_policy"].evaluate(refused.value, 1, 3).action is RetryAction.FAIL


def test_a_right_configuration_is_not_read_again_until_it_changes(
    config: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before_a_task()
    monkeypatch.setattr(inspection, "inspect_all", lambda directory: pytest.fail("was read again"))
    before_a_task()
    (config / "entities" / "NEW.yml").write_text("")
    with pytest.raises(pytest.fail.Exception):
        before_a_task()


@pytest.mark.parametrize("text", ["", "wall: [", "wall: {extract_erp: often, start_date: soon}"])
def test_a_wrong_schedule_hides_no_dag(config: Path, text: str) -> None:
    (config / "schedules.yml").write_text(text)
    assert schedules.timetable("extract_erp").expression == "0 0 * * *"
    assert schedules.window() == {"catchup": False}
    with pytest.raises(ConfigurationError, match=r"schedules.yml"):
        before_a_task()


def test_a_wrong_profile_hides_no_dag(config: Path) -> None:
    (config / "sources" / "erp_main.yml").write_text("kind: [\n")
    assert extract.systems_of("erp") == ["erp_west"]
    with pytest.raises(ConfigurationError, match=r"erp_main.yml:\d+: not YAML"):
        before_a_task()
