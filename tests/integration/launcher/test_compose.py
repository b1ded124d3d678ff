"""docker-compose.yml against the compose specification's schema, and against the embedded run."""

import base64
import json
import re
from pathlib import Path

import jsonschema
import pytest
import yaml

from launcher import airflow_environment, guard
from launcher.commands import COMPONENTS

CHECKOUT = Path(__file__).resolve().parents[3]
SCHEMA = CHECKOUT / "tests" / "fixtures" / "compose" / "compose_spec.json"
VARIABLE = re.compile(r"\$\{(\w+)(?::-([^}]*))?\}")


@pytest.fixture(scope="module")
def text() -> str:
    return (CHECKOUT / "docker-compose.yml").read_text()


@pytest.fixture(scope="module")
def compose(text) -> dict:
    return yaml.safe_load(text)


def interpolated(value: str) -> str:
    return VARIABLE.sub(lambda match: match.group(2) or "", value)


def test_the_file_holds_to_the_schema_of_the_compose_specification(compose):
    jsonschema.Draft201909Validator(json.loads(SCHEMA.read_text())).validate(compose)


def test_the_schema_is_the_one_that_refuses_an_unknown_key(compose):
    broken = compose | {"services": {"redis": {"image": "redis:8", "imagine": 1}}}
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.Draft201909Validator(json.loads(SCHEMA.read_text())).validate(broken)


@pytest.mark.parametrize("component", COMPONENTS)
def test_each_airflow_component_is_started_like_in_the_embedded_run(compose, component):
    assert compose["services"][component]["command"] == ["python", "-m", "launcher.component", component]


def test_tasks_run_on_celery(compose):
    environment = compose["services"]["worker"]["environment"]
    assert environment["AIRFLOW__CORE__EXECUTOR"] == "CeleryExecutor"
    assert environment["AIRFLOW__CELERY__BROKER_URL"].startswith("redis://")


def test_nothing_reports_to_the_network(compose):
    environment = compose["services"]["scheduler"]["environment"]
    assert {name: environment[name] for name in airflow_environment.NO_TELEMETRY} == airflow_environment.NO_TELEMETRY


def test_every_secret_is_a_development_default_that_is_refused_outside_of_development(compose):
    environment = compose["services"]["worker"]["environment"]
    values = {name: interpolated(str(value)) for name, value in environment.items()}
    secret = re.compile(r"PASSWORD|SECRET|_KEY|KEYS|_CONN|BROKER|BACKEND|WAREHOUSE")
    refused = set(guard.development_secrets(values))
    assert {name for name in values if secret.search(name)} - refused == set()


def test_keys_are_of_the_right_length(text):
    keys = re.findall(r":-(ZGV2[\w=-]+)\}", text)
    assert len(keys) == 3
    assert {len(base64.urlsafe_b64decode(key)) for key in keys} == {32}


def test_every_file_that_a_service_mounts_or_reads_is_there(compose):
    assert (CHECKOUT / compose["services"]["worker"]["build"]["dockerfile"]).exists()
    assert (CHECKOUT / compose["services"]["estate"]["command"][-1]).exists()
    for service in compose["services"].values():
        for volume in service.get("volumes", []):
            source = volume.split(":")[0]
            assert not source.startswith("./") or (CHECKOUT / source).exists()
            assert source.startswith("./") or source in compose["volumes"]


def test_every_dependency_is_a_service(compose):
    for service in compose["services"].values():
        assert set(service.get("depends_on", {})) <= set(compose["services"])
