"""Where things are, and the few environment variables that the launcher itself reads."""

import os
from pathlib import Path

CHECKOUT = Path(__file__).resolve().parents[1]
PORT_VARIABLES = {"airflow": "TIEOUT_AIRFLOW_PORT", "docs": "TIEOUT_DOCS_PORT", "postgres": "TIEOUT_POSTGRES_PORT"}


def home() -> Path:
    """Return the folder that holds everything a running stack writes (``TIEOUT_HOME``)."""
    return Path(os.environ.get("TIEOUT_HOME") or CHECKOUT / ".tieout").resolve()


def fixed_ports() -> dict[str, int]:
    """Return the ports that the user asked for, by ``TIEOUT_AIRFLOW_PORT`` and its like.

    Raises:
        ValueError: one of them is not a port's number.
    """
    given = {name: os.environ[variable] for name, variable in PORT_VARIABLES.items() if os.environ.get(variable)}
    for name, value in given.items():
        if not value.isdigit() or not 0 < int(value) < 65536:
            raise ValueError(f"{PORT_VARIABLES[name]} is {value!r}; it must be a port between 1 and 65535.")
    return {name: int(value) for name, value in given.items()}


def inherited() -> dict[str, str]:
    """Return the environment that started processes inherit: ours, without settings of another Airflow or dbt."""
    return {name: value for name, value in os.environ.items() if not name.startswith(("AIRFLOW", "DBT_"))}
