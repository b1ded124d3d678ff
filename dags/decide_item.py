"""### Decide on items and units: one article or two, what a pack holds, what a code means

**Source** `steward.queue` (kinds `item`, `unit`, `unit_code`).

**Grain** one run per decision.

**Running it again** with the same parameters writes nothing. What somebody else decided since the last transformation
is not decided over. Who, when, why, before and after are in `audit.event`; the decision counts from the transformation
that follows on, before what sources say, and documents are matched again.

**Runbook** `docs/runbooks/decide_item.md`
"""

from airflow.sdk import DAG, Param

from tieout.operators.defaults import task_defaults
from tieout.operators.schedules import DECIDED
from tieout.operators.steward import DecideItem

KINDS = ["item_link", "item_apart", "unit_factor", "unit_code"]


def text(description: str, **schema: int) -> Param:
    """A parameter that may stay empty, unless the schema says otherwise."""
    return Param("", type="string", description=description, **schema)


with DAG(
    dag_id="decide_item",
    doc_md=__doc__,
    schedule=None,
    catchup=False,
    default_args=task_defaults(runbook="decide_item") | {"retries": 0},
    tags=["layer:quality", "tier:2"],
    params={
        "kind": Param("item_link", enum=KINDS, description="What is decided."),
        "item_id": text("The item's number in a source: erp_main:E-1. Not for unit_code."),
        "record_item_id": text("For item_link, item_apart: the item of the system of record, supply:100."),
        "unit": text("For unit_factor: the pack. For unit_code: the unit that is meant."),
        "factor": text("For unit_factor: how many it holds, 12 or 0.25."),
        "factor_denominator": text("For unit_factor: what the factor is divided by; empty for 1."),
        "of_unit": text("For unit_factor: of what; empty for the item's base unit."),
        "entity_id": text("For unit_factor: for this entity alone."),
        "vendor_id": text("For unit_factor: for this vendor's packs alone, erp_main:V1."),
        "code": text("For unit_code: the code as documents write it."),
        "reason": text("Why; kept with the decision.", minLength=1),
    },
):
    DecideItem(task_id="decide", pool="writers", outlets=[DECIDED])
