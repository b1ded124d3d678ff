"""The application that takes events in, inside Airflow's API server: its connections, its assets, its authentication.

The API server may use Airflow's database; tasks and DAG files must not import this.
"""

import time
from collections.abc import Callable
from functools import cache
from typing import TYPE_CHECKING, TypeVar

from airflow.exceptions import AirflowNotFoundException
from airflow.sdk import BaseHook

from tieout import settings
from tieout.errors import ConfigurationError
from tieout.events.announcer import Announcer
from tieout.events.desk import Desk, Door, Vault
from tieout.landing.configuration_files import load_events
from tieout.operators.connections import keys, warehouse_dsn
from tieout.operators.schedules import INBOX

if TYPE_CHECKING:
    from fastapi import FastAPI

Value = TypeVar("Value")
# A changed secret or profile is known after this many seconds.
KEPT_SECONDS = 30.0
# An event that waits this long was not announced, or its run failed.
OVERDUE_SECONDS = 60.0


@cache
def application() -> "FastAPI":
    """Return the process's application."""
    from airflow.api_fastapi.core_api.security import requires_access_asset
    from fastapi import Depends

    from tieout.events.webhook import make_application

    doors: Callable[[str], Door | None] = _kept(door)
    vaults: Callable[[str], Vault] = _kept(lambda _: Vault(warehouse_dsn(), keys()))
    desk = Desk(doors, lambda: vaults(""), settings.business_now, settings.wall_now)
    announcer = Announcer(announce, lambda: desk.overdue(OVERDUE_SECONDS))
    return make_application(desk, announcer, [Depends(requires_access_asset(method="GET"))])


def door(system: str) -> Door | None:
    """Return how a system's events come in, from its profile and the connection that the profile names.

    The connection's password is the secret; its extra may list `previous_secrets`, which are accepted still.

    Raises:
        ConfigurationError: the profile is wrong, or its connection has no secret, or its previous ones are no list.
    """
    events = load_events(settings.config_dir(), system)
    if events is None:
        return None
    try:
        connection = BaseHook.get_connection(events.connection)
    except AirflowNotFoundException as error:
        raise ConfigurationError(
            f"There is no connection {events.connection!r}.", "Its password signs events."
        ) from error
    if not connection.password:
        raise ConfigurationError(f"The connection {events.connection!r} has no password.", "It signs events.")
    previous = connection.extra_dejson.get("previous_secrets", [])
    # One text instead of a list would be taken letter by letter: secrets that anybody guesses.
    if not isinstance(previous, list) or not all(isinstance(secret, str) and secret for secret in previous):
        raise ConfigurationError(
            f"The previous_secrets of the connection {events.connection!r} are no list of secrets.",
            'Write {"previous_secrets": ["…"]}.',
        )
    return Door(events, (connection.password, *previous))


def announce() -> None:
    """Update the asset of the inbox, which starts the DAG that takes events.

    Raises:
        LookupError: no DAG of this deployment knows the asset yet.
    """
    from airflow.assets.manager import asset_manager
    from airflow.serialization.definitions.assets import SerializedAssetUniqueKey
    from airflow.utils.session import create_session

    key = SerializedAssetUniqueKey(name=INBOX.name, uri=INBOX.uri)
    with create_session(scoped=False) as session:
        event = asset_manager.register_asset_change(
            asset=key, extra={"from": "webhooks"}, source_is_api=True, api_user_teams=set(), session=session
        )
        if event is None:
            raise LookupError(f"No DAG knows the asset {INBOX.uri}.")


def _kept(find: Callable[[str], Value]) -> Callable[[str], Value]:
    """Return a function that remembers what it found for a while; failures are not remembered."""
    found: dict[str, tuple[float, Value]] = {}

    def keep(name: str) -> Value:
        kept = found.get(name)
        if kept is None or time.monotonic() - kept[0] > KEPT_SECONDS:
            kept = (time.monotonic(), find(name))
            if kept[1] is not None:  # names that nobody has are not worth remembering
                found[name] = kept
        return kept[1]

    return keep
