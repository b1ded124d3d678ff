"""What Airflow itself loads: the web application that takes events in (docs/reference/feedback.md, Events in).

Every component imports this file, only the API server asks for applications: so everything else waits until then.
"""

from typing import Any

from airflow.plugins_manager import AirflowPlugin


class TieoutPlugin(AirflowPlugin):
    """Mounts the application at ``/tieout``."""

    name = "tieout"

    @property
    def fastapi_apps(self) -> list[dict[str, Any]]:  # type: ignore[override]
        """The application; one for the process."""
        from tieout.operators.webhooks import application

        return [{"app": application(), "url_prefix": "/tieout", "name": "Tieout"}]
