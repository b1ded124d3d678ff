"""Played days are paid where an entity of the estate pays through us."""

from pathlib import Path

import pytest

from launcher.payments import pays_through_us


@pytest.fixture
def config(tmp_path: Path) -> Path:
    (tmp_path / "entities").mkdir()
    for name, origin in (("H1", "erp"), ("H2", "tieout")):
        (tmp_path / "entities" / f"{name}.yml").write_text(f"entity_id: {name}\npayment_origin: {origin}\n")
    return tmp_path


@pytest.mark.parametrize(("entities", "pays"), [(None, True), (["H1", "H2"], True), (["H1"], False), ([], False)])
def test_only_entities_of_the_estate_count(config, entities, pays):
    assert pays_through_us(config, entities) is pays
