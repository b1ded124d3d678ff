"""Where a run comes from, who started it, and whether what it concludes goes back to the sources."""

from typing import Any

from airflow.sdk import Context

from tieout.errors import TieoutError


def origin(context: Context) -> str:
    """Return where the run comes from: ``scheduled``, ``manual`` or ``backfill``."""
    kind = str(getattr(context["dag_run"].run_type, "value", context["dag_run"].run_type))
    return kind if kind in ("scheduled", "backfill") else "manual"


def started_by(context: Context) -> str:
    """Return who started the run, as Airflow knows them; blank where a schedule or another DAG did."""
    return context["dag_run"].triggering_user_name or ""


def decider(context: Context) -> str:
    """Return who started a run that decides something.

    Raises:
        TieoutError: nobody did, but a schedule or another DAG.
    """
    name = started_by(context)
    if not name:
        raise TieoutError("Nobody started this run.", "A decision is a person's: trigger the DAG yourself.")
    return name


def announce(context: Context, outlets: Any) -> None:
    """Write the run's origin into the events of its assets: what only backfills found sends no feedback."""
    for outlet in outlets:
        context["outlet_events"][outlet].extra = {"origin": origin(context)}


def triggering_events(context: Context) -> list[Any]:
    """Return the asset events that led to the run; none for a run started by hand."""
    return [event for events in (context.get("triggering_asset_events") or {}).values() for event in events]


def sends_feedback(context: Context) -> bool:
    """Whether what this run concludes goes back to the sources: not where only backfills led to it."""
    events = triggering_events(context)
    if not events:
        return bool(context["params"].get("send_feedback", True))
    return any((event.extra or {}).get("origin") != "backfill" for event in events)
