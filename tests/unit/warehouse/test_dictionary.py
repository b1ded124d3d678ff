"""The data dictionary is made from contracts and models, and from nothing else."""

from tieout.warehouse.contracts import Contract, Field, QuarantineLimit
from tieout.warehouse.dictionary import Column, Model, render


def contract(*fields: Field) -> Contract:
    return Contract(
        "vendor", 3, "vendor", "steward", "One row per vendor.", ("number",), QuarantineLimit(1, 1, 1), fields
    )


def model(**changes) -> Model:
    values = {"name": "fct_x", "layer": "marts", "description": "One row per x.", "enforced": True, "columns": ()}
    return Model(**{**values, **changes})


def test_a_sensitive_field_says_how_it_is_kept() -> None:
    text = render([contract(Field("tax_id", "text", "Tax id.", sensitivity="tax"))], [])
    assert "| `tax_id` | text |  | Tax id. Sensitive (tax): kept as token, last four and cipher. |" in text


def test_a_field_lists_its_values_and_whether_it_is_required() -> None:
    text = render([contract(Field("status", "text", "Status.", required=True, values=("active", "blocked")))], [])
    assert "| `status` | text | yes | Status. One of active, blocked. |" in text


def test_a_model_is_listed_with_its_columns_under_its_layer() -> None:
    columns = (Column("net_amount", "numeric(20,4)", "Invoiced net."),)
    text = render([], [model(columns=columns), model(name="stg_y", layer="staging", enforced=False)])
    assert text.index("### `fct_x`") < text.index("## Staging") < text.index("### `stg_y`")
    assert "| `net_amount` | numeric(20,4) | Invoiced net. |" in text


def test_a_bar_in_a_description_does_not_break_the_table() -> None:
    text = render([], [model(columns=(Column("a", "text", "left | right"),))])
    assert "left \\| right" in text


def test_only_enforced_models_say_so() -> None:
    assert "Its contract is enforced." in render([], [model()])
    assert "Its contract is enforced." not in render([], [model(enforced=False)])
