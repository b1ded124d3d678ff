"""Makes messages of what was concluded, delivers them, and tries dead ones again."""

from dataclasses import asdict
from datetime import UTC, datetime
from typing import Any

import yaml
from airflow.sdk import BaseOperator, Context
from airflow.sdk.bases.branch import BaseBranchOperator

from tieout import settings
from tieout.operators.connections import archive_root, keys, resolve, warehouse_dsn
from tieout.operators.origin import triggering_events

LAST_RUN = "select run_id from ops.run where state = 'succeeded' order by as_of desc, started_at desc limit 1"


class MakeMessages(BaseOperator):
    """Confirm what the targets took over, then make messages for what differs, in one transaction.

    Args:
        built_by: the task of this run that built what is told; none where other runs led to this one.
    """

    def __init__(self, *, built_by: str | None = None, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.built_by = built_by

    def execute(self, context: Context) -> dict[str, Any]:
        """Return how many messages were confirmed and made; after a restore, what must happen before any is."""
        from tieout.alerts.store import beat
        from tieout.archive.store import Archive
        from tieout.feedback.publication import publish
        from tieout.feedback.targets import load_targets
        from tieout.warehouse.connection import connect

        with connect(warehouse_dsn()) as connection:
            done = publish(
                connection,
                Archive(archive_root(), keys()),
                self._run_ids(connection, context),
                targets_config=load_targets(settings.config_dir() / "feedback"),
                now=settings.business_now(),
            )
            if self.built_by is None:
                beat(connection, "publish", settings.wall_now())
        if done.off:
            self.log.warning("The warehouse was restored; nothing is sent before: %s.", "; ".join(done.off))
            return {"off": list(done.off)}
        made = {"live": done.live, "shadow": done.shadow}
        self.log.info("Confirmed: %s. Messages made: %s.", done.confirmed, made)
        return {"confirmed": asdict(done.confirmed), "made": made}

    def _run_ids(self, connection: Any, context: Context) -> list[str]:
        if self.built_by is None:
            return runs_to_publish(connection, context)
        return [context["task_instance"].xcom_pull(task_ids=self.built_by, key="run_id")]


class FindDue(BaseBranchOperator):
    """Make messages of the technical exceptions that changed, then choose the targets that something is due at."""

    def choose_branch(self, context: Context) -> list[str]:
        """Return the ids of their delivering tasks; none while a restore of the warehouse is not over."""
        from tieout.archive.store import Archive
        from tieout.feedback.publication import tell_exceptions
        from tieout.feedback.taking import targets_due
        from tieout.feedback.targets import load_targets
        from tieout.warehouse.connection import connect

        targets = load_targets(settings.config_dir() / "feedback")
        with connect(warehouse_dsn()) as connection:
            archive, now = Archive(archive_root(), keys()), settings.business_now()
            made = tell_exceptions(connection, archive, targets_config=targets, now=now)
            if made is None:
                self.log.warning("Delivery is off: the warehouse was restored (docs/runbooks/restore_warehouse.md).")
                return []
            due = targets_due(connection, targets.values(), settings.wall_now())
        self.log.info("Technical exceptions told: %s. Due: %s.", made.live, due)
        return [f"deliver_{name}" for name in due]


class Deliver(BaseOperator):
    """Send what is due at one target. Any number of these may run side by side.

    None sends while a restore of the warehouse from a backup is not over.
    """

    def __init__(self, *, target: str, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.target = target

    def execute(self, context: Context) -> dict[str, Any]:
        """Return what became of the target's messages."""
        from tieout.archive.store import Archive
        from tieout.feedback.delivery import deliver
        from tieout.feedback.publication import may_send
        from tieout.feedback.tally import RunContext
        from tieout.feedback.targets import load_targets
        from tieout.warehouse.connection import connect

        with connect(warehouse_dsn()) as connection:
            clear = may_send(connection, Archive(archive_root(), keys()), self.target, settings.business_now())
        if not clear:
            self.log.warning("Delivery is off: the warehouse was restored (docs/runbooks/restore_warehouse.md).")
            return {"off": "restored"}
        instance = context["task_instance"]
        delivered = deliver(
            warehouse_dsn(),
            load_targets(settings.config_dir() / "feedback")[self.target],
            resolve=resolve,
            worker=f"{instance.run_id}#{instance.try_number}",
            context=RunContext(dag_id=instance.dag_id, dag_run_id=instance.run_id, trace_id=instance.run_id),
        )
        self.log.info("%s: %s", self.target, delivered)
        return {name: str(value) for name, value in asdict(delivered).items()}


class ReplayDeadLetters(BaseOperator):
    """List the dead messages that the run's parameters choose, or make them pending again."""

    def execute(self, context: Context) -> list[dict[str, Any]]:
        """Return the messages."""
        from tieout.feedback.replay import Selection, replay
        from tieout.warehouse.connection import connect

        params = context["params"]
        selection = Selection(
            message_ids=tuple(int(part) for part in params["message_ids"].split(",") if part.strip()) or None,
            target=params["target"] or None,
            code=params["code"] or None,
            since=_moment(params["since"]),
            until=_moment(params["until"]),
        )
        with connect(warehouse_dsn()) as connection:
            letters = replay(
                connection,
                selection,
                now=settings.business_now(),
                wall_now=settings.wall_now(),
                by=params["replayed_by"],
                reason=params["reason"],
                dry_run=params["dry_run"],
            )
        for letter in letters:
            self.log.info("%s %s", "Would replay" if params["dry_run"] else "Replaying", letter)
        return [{name: str(value) for name, value in asdict(letter).items()} for letter in letters]


def _moment(text: str) -> datetime | None:
    """Read an instant; one without an offset is UTC."""
    if not text:
        return None
    moment = datetime.fromisoformat(text)
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def delivery_tasks() -> list[Deliver]:
    """Return one delivering task per configured target, in the pool that holds the target's limit."""
    document = yaml.safe_load((settings.config_dir() / "feedback" / "targets.yml").read_text())
    return [Deliver(task_id=f"deliver_{name}", target=name, pool=name) for name in document["targets"]]


def runs_to_publish(connection: Any, context: Context) -> list[str]:
    """Return the transformations that led to this run; started by hand, the last that succeeded."""
    if events := triggering_events(context):
        return [event.extra["run_id"] for event in events]
    row = connection.execute(LAST_RUN).fetchone()
    return [] if row is None else [row[0]]
