"""Extracts a source into raw: one task per source, so that one that is down stops no other."""

from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import yaml
from airflow.sdk import BaseOperator, Context

from tieout import settings
from tieout.operators.await_files import FilesCame, files_to_await
from tieout.operators.connections import archive_root, keys, resolve, sftp_client, warehouse_dsn
from tieout.operators.origin import announce, origin
from tieout.operators.schedules import LANDED

if TYPE_CHECKING:
    from tieout.landing.configuration_files import Configuration
    from tieout.landing.manifest import Interval
    from tieout.landing.outcome import Outcome
    from tieout.landing.profile import Profile

TASK_DEADLINE = timedelta(hours=2)


class ExtractSource(BaseOperator):
    """Archive and land everything that a source has for the run's data interval.

    The outcome of each object is a row of ``ops.interface_run``. Running it again lands nothing twice; a retry goes
    on where the archive's manifest ends. Where a feed says `await` and its file has not come, the task waits,
    deferred; a backfill never waits.
    """

    def __init__(self, *, system: str, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.system = system

    def execute(self, context: Context) -> dict[str, int]:
        """Return rows landed by object, at once or, where a file is awaited, after a deferral.

        Raises:
            TaskDeferred: a file of the interval has not come, and there is patience left.
            TieoutError: a feed failed; the others have landed.
        """
        from tieout.landing.configuration_files import load_configuration

        configuration = load_configuration(settings.config_dir())
        if origin(context) != "backfill":
            self._wait_for_files(configuration.profile(self.system), _interval(context))
        return self._extract(context, configuration)

    def resume_with_files(self, context: Context, event: dict[str, Any]) -> dict[str, int]:
        """Extract what there is after a wait for files; return like ``execute``."""
        from tieout.landing.configuration_files import load_configuration

        if event["missing"]:
            self.log.warning("Extracting %s without what did not come: %s", self.system, ", ".join(event["missing"]))
        return self._extract(context, load_configuration(settings.config_dir()))

    def _wait_for_files(self, profile: "Profile", interval: "Interval") -> None:
        """Hand over to the trigger where a file is missing, so that no worker and no slot of the pool is held."""
        awaited = files_to_await(profile, interval)
        if not awaited:
            return
        self.log.info("Waiting for: %s", "; ".join(f"{one['feed']} until {one['until']}" for one in awaited))
        self.defer(trigger=FilesCame(awaited), method_name="resume_with_files")

    def _extract(self, context: Context, configuration: "Configuration") -> dict[str, int]:
        from tieout.landing.context import Context as Extraction
        from tieout.landing.extract import extract_source

        run = context["dag_run"]
        announce(context, self.outlets)
        outcome = extract_source(
            self.system,
            _interval(context),
            context=Extraction(
                warehouse_dsn=warehouse_dsn(),
                configuration=configuration,
                archive_root=archive_root(),
                keys=keys(),
                resolve=resolve,
                open_sftp=sftp_client,
                origin=origin(context),
                dag_id=run.dag_id,
                dag_run_id=run.run_id,
            ),
        )
        landed = rows_landed(outcome)
        self.log.info("Rows landed from %s: %s", self.system, landed)
        outcome.raise_failures()
        return landed


class LandConfiguration(BaseOperator):
    """Land our own configuration like any other source: entities, policies, rules, routing, promises."""

    def execute(self, context: Context) -> dict[str, int]:
        """Return rows landed by object."""
        from tieout.landing.configuration import land_configuration

        announce(context, self.outlets)
        landed = land_configuration(
            warehouse_dsn(),
            config=settings.config_dir(),
            archive_root=archive_root(),
            keys=keys(),
            now=settings.business_now(),
            dag_run_id=context["dag_run"].run_id,
        )
        self.log.info("Rows landed from the configuration: %s", landed)
        return landed


class ReparseSource(BaseOperator):
    """Parse a source's archived payloads again, with the profile and the entities as they are now."""

    def execute(self, context: Context) -> dict[str, int]:
        """Return rows landed by object; rows that read as before are not landed again."""
        from datetime import datetime

        from tieout.landing.configuration_files import load_configuration
        from tieout.landing.manifest import Interval
        from tieout.landing.reparse import reparse_source

        params = context["params"]
        outcome = reparse_source(
            params["system"],
            Interval(datetime.fromisoformat(params["start"]), datetime.fromisoformat(params["end"])),
            dsn=warehouse_dsn(),
            configuration=load_configuration(settings.config_dir()),
            archive_root=archive_root(),
            keys=keys(),
            trace_id=context["dag_run"].run_id,
            now=settings.business_now(),
        )
        landed = rows_landed(outcome)
        self.log.info("Rows landed from the archive of %s: %s", params["system"], landed)
        outcome.raise_failures()
        return landed


def extraction_tasks(kind: str) -> list[ExtractSource]:
    """Return one task per configured source of a kind, in the pool that holds the source's limit."""
    return [
        ExtractSource(
            task_id=f"extract_{system}",
            system=system,
            pool="files" if kind == "files" else system,
            execution_timeout=TASK_DEADLINE,
            outlets=[LANDED[kind]],
        )
        for system in systems_of(kind)
    ]


def rows_landed(outcome: "Outcome") -> dict[str, int]:
    """Return rows landed by object."""
    names = sorted({name for feed in outcome.feeds for name in feed.objects})
    return {name: sum(feed.rows_landed(name) for feed in outcome.feeds) for name in names}


def systems_of(kind: str) -> list[str]:
    """Return the names of the sources of a kind, read from the heads of ``config/sources/*.yml``."""
    return [path.stem for path in sorted((settings.config_dir() / "sources").glob("*.yml")) if _kind(path) == kind]


def _interval(context: Context) -> "Interval":
    from tieout.landing.manifest import Interval

    return Interval(context["data_interval_start"], context["data_interval_end"])


def _kind(path: Path) -> str:
    """Return a profile's kind from its head, so that no DAG file parses whole profiles."""
    with path.open() as lines:
        for line in lines:
            if line.startswith("kind:"):
                return _value(line)
    return ""


def _value(line: str) -> str:
    """Return the value of a line, blank where it is not YAML: the tasks say so, not the DAG file."""
    try:
        return str(yaml.safe_load(line)["kind"])
    except yaml.YAMLError:
        return ""
