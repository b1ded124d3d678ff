"""What Airflow loads of us: the plugin is light for every component, and whole for the API server."""

import ast
import json

import pytest
from airflow.plugins_manager import AirflowPlugin

from tieout import settings
from tieout.errors import ConfigurationError
from tieout.landing.configuration_files import load_events


def test_the_plugin_brings_nothing_along_that_only_the_api_server_needs() -> None:
    tree = ast.parse((settings.CHECKOUT / "plugins" / "tieout_plugin.py").read_text())
    imported = {node.module for node in tree.body if isinstance(node, ast.ImportFrom)}
    assert imported == {"typing", "airflow.plugins_manager"}
    assert not any(isinstance(node, ast.Import) for node in tree.body)


def test_the_api_server_gets_one_application_whose_other_routes_are_behind_airflow() -> None:
    from airflow.api_fastapi.core_api.security import requires_access_asset

    import tieout_plugin

    plugin = tieout_plugin.TieoutPlugin()
    assert isinstance(plugin, AirflowPlugin)
    (mounted,) = plugin.fastapi_apps
    assert (mounted["url_prefix"], mounted["app"]) == ("/tieout", plugin.fastapi_apps[0]["app"])
    guard = requires_access_asset(method="GET").__qualname__
    guarded = {
        route.path: any(one.call.__qualname__ == guard for one in route.dependant.dependencies)
        for route in mounted["app"].routes
    }
    assert guarded == {"/events/{system}": False, "/inbox": True, "/inbox/{system}/{event_id:path}": True}


def test_only_systems_with_events_have_a_door() -> None:
    events = {
        name: load_events(settings.config_dir(), name) for name in ("ap", "supply", "erp_main", "nobody", "../ap")
    }
    assert {name for name, found in events.items() if found} == {"ap", "supply"}


def test_a_door_takes_the_connections_secret_and_those_before_it_and_refuses_to_be_without(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    from tieout.operators.webhooks import door

    facts = {"conn_type": "generic", "password": "new", "extra": {"previous_secrets": ["old"]}}
    monkeypatch.setenv("AIRFLOW_CONN_SUPPLY_EVENTS", json.dumps(facts))
    found = door("supply")
    assert found is not None
    assert found.secrets == ("new", "old")
    assert "new" not in repr(found)
    assert door("erp_main") is None
    monkeypatch.setenv("AIRFLOW_CONN_SUPPLY_EVENTS", json.dumps({**facts, "password": ""}))
    with pytest.raises(ConfigurationError, match="has no password"):
        door("supply")


@pytest.mark.parametrize("previous", ["letters", {"old": "secret"}, [""], ["old", 7]])
def test_previous_secrets_that_are_no_list_of_secrets_open_no_door(monkeypatch: pytest.MonkeyPatch, previous) -> None:
    from tieout.operators.webhooks import door

    facts = {"conn_type": "generic", "password": "new", "extra": {"previous_secrets": previous}}
    monkeypatch.setenv("AIRFLOW_CONN_SUPPLY_EVENTS", json.dumps(facts))
    with pytest.raises(ConfigurationError, match="no list of secrets") as refused:
        door("supply")
    assert "letters" not in str(refused.value)
