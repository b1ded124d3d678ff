"""Data Docs: the gate's results as pages. ``quality.result`` is the record; the pages are a rendering of it.

Results are stored before the verdict is committed and rendered after it. A gate that was killed in between leaves
results of a run that never was; they are thrown away by the next.
"""

import os
import shutil
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tieout.quality.offline_view import ASSETS, ASSETS_IN_SITE

if TYPE_CHECKING:
    from tieout.quality.validation import Finding, Validator

RESULTS_KEPT = 5
"""Pages per object that stay: the index is made from all of them, and the history is in ``quality.result``."""


def store(validator: "Validator", findings: Mapping[str, "Finding"], run_name: str, run_time: datetime) -> None:
    """Keep each object's suite and result as files, under a run that is named and dated by us."""
    from great_expectations.core.run_identifier import RunIdentifier

    run_id = RunIdentifier(run_name=run_name, run_time=run_time)
    for object_name, finding in findings.items():
        finding.result.meta |= {"run_id": run_id, "validation_time": run_time, "validation_id": None}
        validator.context.stores["results"].set(_key(object_name, run_id), finding.result)
        _store_suite(validator, object_name, finding.result)


def publish(validator: "Validator", folder: Path, runs_that_were: Callable[[Collection[str]], Collection[str]]) -> Path:
    """Render what has no page yet, drop what is too old or never was, and return the site's first page.

    Args:
        validator: whose results are rendered.
        folder: of the site.
        runs_that_were: tells which of these names of runs were committed.
    """
    results = validator.context.stores["results"]
    keys = results.list_keys()
    committed = runs_that_were({key.run_id.run_name for key in keys})
    stay = set(_newest(key for key in keys if key.run_id.run_name in committed))
    for key in keys:
        if key not in stay:
            results.remove_key(key)
    _install_assets(folder)
    validator.context.build_data_docs(resource_identifiers=_without_page(folder, stay) or ["none"])
    _remove_empty_folders(folder / "validations", folder / ".gx" / "results")
    return folder / "index.html"


def _newest(keys: Iterable[Any]) -> Iterable[Any]:
    by_object = defaultdict(list)
    for key in keys:
        by_object[key.expectation_suite_identifier.name].append(key)
    for same in by_object.values():
        yield from sorted(same, key=lambda key: key.run_id.run_time, reverse=True)[:RESULTS_KEPT]


def _without_page(folder: Path, keys: Iterable[Any]) -> list[Any]:
    """Return the results that have no page, and the suites that they were checked against."""
    missing = [key for key in keys if not folder.joinpath("validations", *key.to_tuple()).with_suffix(".html").exists()]
    return missing + list({key.expectation_suite_identifier for key in missing})


def _key(object_name: str, run_id: Any) -> Any:
    from great_expectations.data_context.types.resource_identifiers import (
        ExpectationSuiteIdentifier,
        ValidationResultIdentifier,
    )

    return ValidationResultIdentifier(ExpectationSuiteIdentifier(object_name), run_id, object_name)


def _store_suite(validator: "Validator", object_name: str, result: Any) -> None:
    from great_expectations import ExpectationSuite
    from great_expectations.data_context.types.resource_identifiers import ExpectationSuiteIdentifier

    suite = ExpectationSuite(
        name=object_name, expectations=[entry.expectation_config.to_domain_obj() for entry in result.results]
    )
    validator.context.stores["suites"].set(ExpectationSuiteIdentifier(object_name), suite)


def _install_assets(folder: Path) -> None:
    """Put the files that the pages load beside them; a copy that is under way is never seen half done."""
    target = folder / ASSETS_IN_SITE
    if target.exists():
        return
    target.parent.mkdir(parents=True, exist_ok=True)
    copying = target.with_name(f"{target.name}.{os.getpid()}")
    shutil.copytree(ASSETS, copying, dirs_exist_ok=True)
    copying.rename(target)


def _remove_empty_folders(*roots: Path) -> None:
    """Great Expectations removes files and leaves their folders."""
    for root in roots:
        for path in sorted(root.rglob("*"), reverse=True):
            if path.is_dir() and not any(path.iterdir()):
                path.rmdir()
