"""Two hospitals, one on each ERP, that several tests of the loop live through, one after the other."""

import secrets
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from launcher.postgres import EmbeddedPostgres
from tests.support.pipeline import CHECKOUT, Pipeline, running_estate


@pytest.fixture(scope="package")
def pipeline(postgres: EmbeddedPostgres, warehouse_template: str) -> Iterator[Pipeline]:
    """A pipeline that does not wait for a target that is down."""
    home = Path(tempfile.mkdtemp(prefix="tieout-loop-"))
    home.chmod(0o755)
    config = home / "config"
    shutil.copytree(CHECKOUT / "config", config)
    targets = config / "feedback" / "targets.yml"
    impatient = targets.read_text().replace("wait_seconds: 15", "wait_seconds: 0")
    targets.write_text(impatient.replace("pause_seconds: 60", "pause_seconds: 1"))
    name = f"loop_{secrets.token_hex(6)}"
    dsn = postgres.create_database(name, template=warehouse_template)
    with running_estate(postgres, home, volume=0.3, entities=["H1", "H3"]) as estate:
        yield Pipeline(dsn, home, estate, config)
    postgres.drop_database(name)
    shutil.rmtree(home)
