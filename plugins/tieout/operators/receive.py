"""What an event goes through on its way to a target: landed, judged, built ahead of the rest."""

from dataclasses import asdict

from airflow.sdk import BaseOperator, Context

from tieout import settings
from tieout.operators.connections import archive_root, keys, warehouse_dsn
from tieout.operators.gate import RunGate


class TakeEvents(BaseOperator):
    """Land every event that waits in the inbox. Running it again, or beside another, lands none twice."""

    def execute(self, context: Context) -> dict[str, int]:
        """Return how many events were landed, had been landed already, and were rejected."""
        from tieout.archive.store import Archive
        from tieout.events.take import take_events
        from tieout.landing.configuration_files import load_configuration

        own_keys = keys()
        taken = take_events(
            warehouse_dsn(),
            load_configuration(settings.config_dir()),
            Archive(archive_root(), own_keys),
            own_keys,
            trace_id=context["run_id"],
        )
        self.log.info("Events: %s", taken)
        return {"landed": taken.landed, "unchanged": taken.unchanged, "rejected": taken.rejected}


class GateEvents(RunGate):
    """Judge what events brought, and nothing else: an extraction under way is judged when it is whole.

    Where nothing is known that no transformation has seen, the rest of the run is skipped: events that came together
    were taken together, by the run of the first.
    """

    nothing = "Nothing is known that no transformation has seen, or none has been yet."

    def feed(self) -> str:
        """Return the feed that events land as."""
        from tieout.landing.profile import EVENTS

        return EVENTS

    def concludes(self, context: Context) -> bool:
        """Whether something is known that no transformation has seen."""
        from tieout.warehouse.connection import connect
        from tieout.warehouse.runs import is_ahead

        with connect(warehouse_dsn()) as connection:
            return is_ahead(connection)


class BuildAhead(BaseOperator):
    """Build what targets are told from, ahead of the whole transformation (docs/adr/0015-a-run-may-build-a-part.md)."""

    def execute(self, context: Context) -> dict[str, str]:
        """Return the run; its id is the XCom ``run_id``, which messages are made from."""
        from tieout.warehouse.ahead import build_ahead

        run = build_ahead(
            warehouse_dsn(),
            now=settings.business_now(),
            dag_run_id=context["run_id"],
            target=settings.dbt_ahead_dir(),
        )
        context["task_instance"].xcom_push(key="run_id", value=run.run_id)
        return {name: str(value) for name, value in asdict(run).items()}
