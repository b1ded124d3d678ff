"""One Great Expectations validation per interface object, over all its batches that wait.

The context is made in memory for each run; suites come from code. Importing this module imports Great Expectations,
which takes seconds: import it inside the function that needs it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import great_expectations as gx
from great_expectations.data_context.types.base import DataContextConfig
from psycopg.conninfo import conninfo_to_dict
from sqlalchemy import URL

from tieout.errors import TieoutError
from tieout.quality.gx_expectation import escape_binds, expectation_of
from tieout.quality.rules import Rule
from tieout.quality.verdict import rows_to_check

DATA_SOURCE = "warehouse"
SITE = "tieout"
RESULT_FORMAT = {"result_format": "BASIC", "exclude_unexpected_values": True, "partial_unexpected_count": 0}


@dataclass(frozen=True)
class Finding:
    """What Great Expectations counted for one object.

    Attributes:
        rows: rows looked at.
        broken: rows that break the rule, by rule id.
        result: the validation result as Great Expectations gave it; holds counts only.
    """

    rows: int
    broken: dict[str, int]
    result: Any


class Validator:
    """Validates objects of the warehouse; close it to give its connections back."""

    def __init__(self, dsn: str, folder: Path) -> None:
        """``folder`` holds suites and results (``folder/.gx``) and the pages that are made from them."""
        self.context = gx.get_context(mode="ephemeral", project_config=_project(folder))
        self._source = self.context.data_sources.add_postgres(
            DATA_SOURCE, connection_string=_url(dsn), create_temp_table=False
        )

    def validate(self, object_name: str, rules: Sequence[Rule], batch_ids: Sequence[str]) -> Finding:
        """Check the object's rules on the rows of those batches.

        Raises:
            TieoutError: a rule could not be evaluated.
        """
        query = escape_binds(f"select * from {rows_to_check(object_name, batch_ids)}")  # noqa: S608 (quoted there)
        asset = self._source.add_query_asset(name=object_name, query=query)
        batch = asset.add_batch_definition_whole_table("waiting").get_batch()
        suite = gx.ExpectationSuite(name=object_name, expectations=[expectation_of(rule) for rule in rules])
        result = batch.validate(suite, result_format=RESULT_FORMAT)
        _raise_for_errors(object_name, result)
        outcomes = {entry.expectation_config.kwargs["rule_id"]: entry.result for entry in result.results}
        return Finding(
            rows=max(outcome["element_count"] for outcome in outcomes.values()),
            broken={rule_id: outcome["unexpected_count"] for rule_id, outcome in outcomes.items()},
            result=result,
        )

    def close(self) -> None:
        """Give the connections back."""
        self._source.get_engine().dispose()


def _raise_for_errors(object_name: str, result: Any) -> None:
    """Refuse a result with errors. The database's own message is left out: it may quote a value."""
    failed = [
        entry.expectation_config.kwargs["rule_id"] for entry in result.results if "unexpected_count" not in entry.result
    ]
    if failed:
        raise TieoutError(
            f"Great Expectations could not evaluate {len(failed)} rules of {object_name}: {', '.join(failed[:5])}.",
            "Run their predicates on the raw table by hand; a predicate must not raise on any text.",
        )


def _url(dsn: str) -> str:
    """Return the SQLAlchemy URL of a warehouse, with its driver named."""
    parts = conninfo_to_dict(dsn)
    url = URL.create(
        "postgresql+psycopg",
        username=parts.get("user"),
        password=parts.get("password"),
        host=parts.get("host"),
        port=int(parts.get("port") or 5432),
        database=parts.get("dbname"),
        query={"options": "-c timezone=UTC", "application_name": "tieout gate"},
    )
    return url.render_as_string(hide_password=False)


def _project(folder: Path) -> DataContextConfig:
    """Return a project whose suites and results are files below the folder, beside the pages made from them."""
    page_view = {"module_name": "tieout.quality.offline_view", "class_name": "OfflinePageView"}
    index_view = {"module_name": "tieout.quality.offline_view", "class_name": "OfflineIndexPageView"}
    return DataContextConfig(
        config_version=4.0,
        fluent_datasources={},
        expectations_store_name="suites",
        validation_results_store_name="results",
        checkpoint_store_name="checkpoints",
        stores={
            "suites": _store("ExpectationsStore", folder / ".gx" / "suites"),
            "results": _store("ValidationResultsStore", folder / ".gx" / "results"),
            "checkpoints": _store("CheckpointStore"),
            "validation_definition_store": _store("ValidationDefinitionStore"),
        },
        data_docs_sites={
            SITE: {
                "class_name": "SiteBuilder",
                "show_how_to_buttons": False,
                "store_backend": _files(folder),
                "site_index_builder": {"class_name": "DefaultSiteIndexBuilder", "view": index_view},
                "site_section_builders": {
                    "expectations": {"view": page_view},
                    "validations": {"view": page_view},
                    "profiling": "None",  # left out; Great Expectations wants the word
                },
            }
        },
        analytics_enabled=False,
        progress_bars={"globally": False},
    )


def _store(class_name: str, folder: Path | None = None) -> dict[str, Any]:
    backend = {"class_name": "InMemoryStoreBackend"} if folder is None else _files(folder)
    return {"class_name": class_name, "store_backend": backend}


def _files(folder: Path) -> dict[str, str]:
    return {"class_name": "TupleFilesystemStoreBackend", "base_directory": str(folder)}
