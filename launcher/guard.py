"""Refuses the development secrets of docker-compose.yml outside of development.

A deployment says what it is by ``TIEOUT_ENVIRONMENT``; only ``development`` may run with a secret that anybody can read
in the repository. Every development secret carries a mark, in clear or in base64.
"""

from collections.abc import Mapping

from launcher.errors import LaunchError

MARK = "development-only"
MARK_IN_BASE64 = "ZGV2ZWxvcG1lbnQtb25s"
ALLOWED_IN = "development"


def development_secrets(environment: Mapping[str, str]) -> list[str]:
    """Return the names of the variables that hold a development secret."""
    return sorted(name for name, value in environment.items() if MARK in value or MARK_IN_BASE64 in value)


def check(environment: Mapping[str, str]) -> None:
    """Refuse development secrets where ``TIEOUT_ENVIRONMENT`` is set to anything else.

    Raises:
        LaunchError: it names the variables.
    """
    kind = environment.get("TIEOUT_ENVIRONMENT", ALLOWED_IN)
    found = development_secrets(environment)
    if kind != ALLOWED_IN and found:
        raise LaunchError(
            f"TIEOUT_ENVIRONMENT is {kind!r}, but {', '.join(found)} still have the development secrets.",
            "Set secrets of your own in the file .env beside docker-compose.yml.",
        )
