import pytest

from launcher import guard
from launcher.errors import LaunchError


def test_development_secrets_are_refused_outside_of_development():
    environment = {"TIEOUT_ENVIRONMENT": "production", "POSTGRES_PASSWORD": "development-only-postgres"}
    with pytest.raises(LaunchError, match="POSTGRES_PASSWORD still have the development secrets"):
        guard.check(environment)


def test_a_development_key_in_base64_is_found_too():
    key = "ZGV2ZWxvcG1lbnQtb25seS1ub3QtYS1zZWNyZXQtLTE="
    assert guard.development_secrets({"KEY": key, "OTHER": "c2VjcmV0"}) == ["KEY"]


def test_development_secrets_are_taken_in_development():
    guard.check({"TIEOUT_ENVIRONMENT": "development", "POSTGRES_PASSWORD": "development-only-postgres"})


def test_secrets_of_ones_own_are_taken_anywhere():
    guard.check({"TIEOUT_ENVIRONMENT": "production", "POSTGRES_PASSWORD": "3v8x"})
