"""``config/alerts.yml``: who hears of what, and how often; and the promises of ``config/policies/sla.csv``.

Every mistake is found with file, line and field (docs/reference/alerts.md, section 4). Without the file nobody is told.
"""

import re
from collections.abc import Collection, Mapping
from datetime import time, timedelta
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from tieout.alerts.alerting import APPROVERS, DEFAULT_BODY, OTHER, Alerting, Recipients
from tieout.alerts.groups import Repeat
from tieout.codes import CURRENCIES
from tieout.errors import ConfigurationError
from tieout.landing.marked_yaml import load
from tieout.landing.problems import Node, Problem

FILE = "alerts.yml"
ROUNDS = ("first", "second")
_ADDRESS = re.compile(r"[^@\s,;<>]+@[^@\s,;<>]+")
_CONNECTION = re.compile(r"[A-Za-z0-9_.-]+")
_PLACEHOLDER = re.compile(r"{([^{}]*)}")
_CLOCK = re.compile(r"(?:[01][0-9]|2[0-3]):[0-5][0-9]")


def load_alerting(directory: Path) -> Alerting:
    """Read the file of a configuration folder.

    Raises:
        ConfigurationError: it is no YAML. Of other mistakes the rest is used: who is told of them must not depend
            on their being mended.
    """
    return read_alerting(directory, roles=None)[0]


def read_alerting(directory: Path, roles: Collection[str] | None) -> tuple[Alerting, list[Problem]]:
    """Return what the file says and everything that is wrong with it, by line and field.

    Args:
        directory: of the configuration.
        roles: that own holds; none leave the names of roles unchecked.
    """
    path = directory / FILE
    problems: list[Problem] = []
    if not path.exists():
        return Alerting(), problems
    node = Node(load(path.read_text(), str(path)), str(path), problems)
    if not node.keys(_KEYS, ("technical",)):
        return Alerting(), problems
    by_role = {name: _recipients(one) for name, one in node.child("roles").items()} if node.has("roles") else {}
    digest, repeat, watch, approvers = (_section(node, *section) for section in _SECTIONS)
    asked = {name: approvers.child(name).text(role) for name, role in zip(ROUNDS, APPROVERS, strict=True)}
    if roles is not None:
        _check_roles(node, {*roles, OTHER}, by_role, asked)
    alerting = Alerting(
        technical=_recipients(node.child("technical")),
        roles=by_role,
        smtp=_connection(_section(node, "mail", ("connection",)).child("connection"), "smtp_default"),
        chat_body=_body(_section(node, "chat", ("body",)).child("body")),
        digest_at=digest.child("at").checked(clock_time, "a time of day such as '07:00'", time(7)),
        digest_zone=digest.child("time_zone").checked(_zone, "a time zone such as America/New_York", "UTC"),
        worklist=digest.child("worklist").text("mart.worklist"),
        approvers=(asked[ROUNDS[0]], asked[ROUNDS[1]]),
        large=_limits(node.child("large_hold")) if node.has("large_hold") else {},
        repeat=Repeat(
            patience=timedelta(minutes=repeat.child("patience_minutes").integer(15)),
            quiet=timedelta(minutes=repeat.child("quiet_minutes").integer(10)),
            reminder=timedelta(hours=repeat.child("reminder_hours").integer(24, minimum=1)),
        ),
        grace=timedelta(minutes=watch.child("grace_minutes").integer(10)),
        waiting=timedelta(minutes=watch.child("waiting_minutes").integer(60)),
    )
    return alerting, problems


def alerting_problems(directory: Path, roles: Collection[str]) -> list[Problem]:
    """Return everything that is wrong with the file."""
    try:
        return read_alerting(directory, roles)[1]
    except ConfigurationError as error:
        return [Problem(str(directory / FILE), 1, "", error.message)]


def clock_time(text: str) -> time:
    """Read a time of day, ``07:00``.

    Raises:
        ValueError: it is none.
    """
    if not _CLOCK.fullmatch(text):
        raise ValueError(text)
    return time.fromisoformat(text)


_SECTIONS = (
    ("digest", ("at", "time_zone", "worklist")),
    ("repeat", ("patience_minutes", "quiet_minutes", "reminder_hours")),
    ("watch", ("grace_minutes", "waiting_minutes")),
    ("approvers", ROUNDS),
)
_KEYS = {"technical", "roles", "mail", "chat", "large_hold", *(name for name, _ in _SECTIONS)}


def _check_roles(node: Node, owners: Collection[str], named: Collection[str], asked: Mapping[str, str]) -> None:
    """A role hears where it owns holds or is asked about payments; who is asked must be such an owner, or be named."""
    for name in named:
        if name not in {*owners, *asked.values()}:
            node.child("roles").child(name).problem("owns nothing: config/policies/routing.csv has no such owner_role")
    for field, role in asked.items():
        if role not in {*owners, *named} and node.has("approvers"):
            node.child("approvers").child(field).problem(f"{role!r} is nobody: name it under roles")


def _section(node: Node, name: str, keys: Collection[str]) -> Node:
    child = node.child(name)
    if node.has(name):
        child.keys(keys)
    return child


def _recipients(node: Node) -> Recipients:
    if not node.keys({"mail", "chat"}):
        return Recipients()
    addresses = [(one, one.text()) for one in node.child("mail").elements()] if node.has("mail") else []
    for one, address in addresses:
        if not _ADDRESS.fullmatch(address):
            one.problem(f"{address!r} is not an e-mail address")
    valid = tuple(address for _, address in addresses if _ADDRESS.fullmatch(address))
    return Recipients(valid, _connection(node.child("chat"), ""))


def _connection(node: Node, default: str) -> str:
    name = node.text(default)
    if name and not _CONNECTION.fullmatch(name):
        node.problem(f"{name!r} is not the id of an Airflow connection")
        return default
    return name


def _body(node: Node) -> Mapping[str, Any]:
    """Return the chat's body; its texts may name ``title`` and ``text`` alone, and one of them must."""
    if node.value is None:
        return dict(DEFAULT_BODY)
    if not isinstance(node.value, dict):
        node.problem("must be a mapping, the JSON that the chat takes")
        return dict(DEFAULT_BODY)
    named = [name for text in _texts(node.value) for name in _PLACEHOLDER.findall(text)]
    for name in named:
        if name not in ("title", "text"):
            node.problem(f"{{{name}}} is neither {{title}} nor {{text}}")
    if "text" not in named:
        node.problem("says nothing: write {text} in one of its texts")
    return node.value


def _texts(value: Any) -> list[str]:
    if isinstance(value, dict | list):
        values = value.values() if isinstance(value, dict) else value
        return [text for one in values for text in _texts(one)]
    return [value] if isinstance(value, str) else []


def _limits(node: Node) -> dict[str, Decimal]:
    limits = {}
    for currency, one in node.items():
        if currency not in CURRENCIES:
            one.problem(f"{currency!r} is no currency of ISO 4217")
        amount = one.checked(_amount, "an amount of at least zero", None)
        if amount is not None:
            limits[currency] = amount
    return limits


def _amount(text: str) -> Decimal | None:
    try:
        amount = Decimal(text)
    except InvalidOperation as error:
        raise ValueError(text) from error
    if not amount.is_finite() or amount < 0:
        raise ValueError(text)
    return amount


def _zone(text: str) -> str:
    return ZoneInfo(text).key
