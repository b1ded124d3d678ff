"""The only place that reads the environment, and the only place that reads the clock.

Everything else is given what it needs as an argument, so that it can be tested without either.
"""

import os
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path

CHECKOUT = Path(__file__).resolve().parents[2]


def home() -> Path:
    """Return the folder that holds everything a deployment writes (``TIEOUT_HOME``)."""
    return Path(os.environ.get("TIEOUT_HOME", CHECKOUT / ".tieout"))


def config_dir() -> Path:
    """Return the folder that a deployment edits: objects, entities, sources, policies (``TIEOUT_CONFIG``)."""
    return Path(os.environ.get("TIEOUT_CONFIG", CHECKOUT / "config"))


def objects_dir() -> Path:
    """Return the folder of the interface objects' contracts."""
    return config_dir() / "objects"


def archive_url() -> str:
    """Return the root of the archive as a URL that ``ObjectStoragePath`` takes (``TIEOUT_ARCHIVE``).

    A local folder by default; ``s3://<connection>@<bucket>/<prefix>`` is on S3.
    """
    return os.environ.get("TIEOUT_ARCHIVE", f"file://{home() / 'archive'}")


def dbt_project_dir() -> Path:
    """Return the folder of the dbt project."""
    return CHECKOUT / "dbt_project"


def dbt_ahead_dir() -> Path:
    """Return the folder in which dbt keeps what it parsed for builds of a part."""
    return home() / "dbt" / "ahead"


def data_docs_dir() -> Path:
    """Return the folder that the quality reports are written to."""
    return home() / "data_docs"


def steward_report_dir() -> Path:
    """Return the folder that the steward's report is written to, beside Data Docs."""
    return home() / "steward_report"


def environment_with(variables: Mapping[str, str]) -> dict[str, str]:
    """Return this process's environment with some variables set, for a process beside it."""
    return os.environ | variables


def set_here(variables: Mapping[str, str]) -> None:
    """Set variables of this process's environment, for a library that is told by nothing else."""
    os.environ.update(variables)


def simulated() -> bool:
    """Whether the business clock is the sandbox estate's simulated time."""
    return _clock_setting() != "wall"


def business_now() -> datetime:
    """Return the business clock's instant in UTC.

    ``TIEOUT_BUSINESS_CLOCK`` is ``wall`` (the default) or ``file:<path>``, a file that holds one ISO 8601
    instant: the simulated time of the sandbox estate.
    """
    setting = _clock_setting()
    if setting == "wall":
        return wall_now()
    kind, _, path = setting.partition(":")
    if kind != "file" or not path:
        raise ValueError(f"TIEOUT_BUSINESS_CLOCK is {setting!r}: set it to 'wall' or to 'file:<path>'")
    return datetime.fromisoformat(Path(path).read_text().strip()).astimezone(UTC)


def wall_now() -> datetime:
    """Return wall time in UTC. For token expiry, signatures and waiting; never for a decision."""
    return datetime.now(UTC)


def _clock_setting() -> str:
    return os.environ.get("TIEOUT_BUSINESS_CLOCK", "wall")
