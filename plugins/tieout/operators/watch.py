"""Looks at what should have happened by now, and tells people what is wrong."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from airflow.sdk import BaseOperator, Context
from airflow.sdk.configuration import conf

from tieout import settings
from tieout.operators.connections import warehouse_dsn
from tieout.operators.extract import systems_of
from tieout.operators.schedules import KINDS, WATCH, scheduled, started
from tieout.operators.wait import UNDER_WAY


class Watch(BaseOperator):
    """Record what is late and what did not run, tell people of every cause once, leave a heartbeat.

    It depends on the warehouse and on Airflow alone. A channel that cannot be reached does not fail it.
    """

    def execute(self, context: Context) -> dict[str, Any]:
        """Return how much is late and missing, and how many messages were sent, by reason."""
        from tieout.alerts import store
        from tieout.alerts.alerting import Recipients
        from tieout.alerts.configuration import load_alerting
        from tieout.alerts.look import Schedules, look
        from tieout.alerts.messages import Message
        from tieout.alerts.notices import tell_batches, tell_gaps
        from tieout.alerts.tell import Telling
        from tieout.operators.notifiers import AlertNotifier
        from tieout.warehouse.connection import connect

        now, business_now = settings.wall_now(), settings.business_now()
        alerting = load_alerting(settings.config_dir())

        def send(channel: str, recipients: Recipients, message: Message) -> None:
            AlertNotifier(channel, recipients, message, alerting).notify(context)

        with connect(warehouse_dsn()) as connection:
            promises, seen = look(
                connection, config=settings.config_dir(), alerting=alerting, now=now, business_now=business_now,
                schedules=None if settings.simulated() else Schedules(scheduled(), started()), made=was_made,
            )  # fmt: skip
            telling = Telling(connection, alerting, send, now, business_now, kinds_of_systems(), answers_at())
            telling.technical()
            tell_batches(telling)
            tell_gaps(telling)
            telling.owners(promises)
            store.beat(connection, WATCH, settings.wall_now())
        self.log.info("Seen: %s. Messages sent: %s.", seen, telling.sent)
        return {**seen, "sent": telling.sent}


def was_made(dag_id: str, due: list[datetime], holding_up: list[datetime]) -> bool:
    """Whether Airflow has a run of a DAG for a due logical date, in whatever state, or one under way of the others."""
    from airflow.sdk.execution_time.task_runner import RuntimeTaskInstance

    count = RuntimeTaskInstance.get_dr_count
    if count(dag_id=dag_id, logical_dates=due) > 0:
        return True
    return count(dag_id=dag_id, logical_dates=holding_up, states=UNDER_WAY) > 0


def answers_at() -> str:
    """Return the page of Airflow that lists what waits for an answer; blank where its address is not configured."""
    address = conf.get("api", "base_url", fallback="")
    return f"{address.rstrip('/')}/required_actions?response_received=false" if address else ""


def kinds_of_systems() -> Mapping[str, str]:
    """Return the kind of each configured source."""
    return {system: kind for kind in KINDS for system in systems_of(kind)}
