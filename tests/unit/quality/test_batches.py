"""When a batch stops."""

import pytest

from tieout.errors import ConfigurationError
from tieout.quality.batches import Batch, broken_contract, contract_of, over_limit
from tieout.warehouse.contracts import Contract, Field, QuarantineLimit

LIMIT = QuarantineLimit(percent=10, rows=1000, min_rows=20)
CONTRACT = Contract(
    "thing", 3, "domain", "ap", "A thing.", ("key",), LIMIT,
    (Field("key", "text", "Key.", required=True), Field("lot", "text", "Lot.")),
)  # fmt: skip


def batch(rows: int = 1, missing: tuple[str, ...] = ()) -> Batch:
    return Batch("b1", "supply", "things", "thing", rows, list(missing))


@pytest.mark.parametrize(
    ("rows", "quarantined", "stops"),
    [
        (19, 19, False),
        (20, 2, False),
        (20, 3, True),
        (100, 10, False),
        (100, 11, True),
        (10_000, 1000, False),
        (20_000, 1001, True),
    ],
)
def test_a_batch_stops_over_its_limit_and_equality_is_within(rows, quarantined, stops):
    assert (over_limit(batch(rows), quarantined, LIMIT) is not None) is stops


def test_a_missing_required_field_is_named_with_the_contract_and_its_version():
    stop = broken_contract(batch(missing=("key", "lot")), CONTRACT)

    assert "supply sent thing (feed things) without key, which version 3 of config/objects/thing.yml" in stop.message


def test_a_missing_field_that_is_not_required_does_not_stop():
    assert broken_contract(batch(missing=("lot",)), CONTRACT) is None


def test_an_object_without_a_contract_is_named_with_its_source():
    with pytest.raises(ConfigurationError, match=r"config/objects/thing.yml, or correct config/sources/supply.yml"):
        contract_of(batch(), {})
