"""The configuration of feedback is read, and what is wrong in it is named."""

import json
from datetime import timedelta
from pathlib import Path

import pytest
import yaml

from tieout import settings
from tieout.errors import ConfigurationError
from tieout.feedback.targets import load_targets

SHIPPED = Path(settings.CHECKOUT) / "config" / "feedback"


@pytest.fixture
def shipped() -> dict:
    return yaml.safe_load((SHIPPED / "targets.yml").read_text())


def write(directory: Path, document: dict) -> Path:
    (directory / "targets.yml").write_text(yaml.safe_dump(document))
    schemas = directory / "schemas"
    schemas.mkdir(exist_ok=True)
    for path in (SHIPPED / "schemas").iterdir():
        (schemas / path.name).write_text(path.read_text())
    return directory


def test_the_shipped_configuration_is_valid():
    targets = load_targets(SHIPPED)
    assert {"ap", "erp_main", "erp_west", "service_desk", "supply"} <= set(targets)
    assert targets["erp_main"].operations["invoice_clearance"].send.once_by == "read_before_write"


def test_the_bare_word_off_is_a_mode_and_not_a_boolean(tmp_path, shipped):
    shipped["targets"]["ap"]["operations"]["match_result"] |= {"mode": False, "entities": {"H1": "live", "H2": False}}
    operation = load_targets(write(tmp_path, shipped))["ap"].operations["match_result"]
    assert operation.modes == {"*": "off", "H1": "live", "H2": "off"}


def test_a_wrong_value_is_named_with_file_and_field(tmp_path, shipped):
    shipped["targets"]["ap"]["operations"]["match_result"]["mode"] = "maybe"
    with pytest.raises(ConfigurationError, match=r"targets\.yml: targets\.ap\.operations\.match_result\.mode"):
        load_targets(write(tmp_path, shipped))


@pytest.mark.parametrize(
    ("target", "change", "field"),
    [
        ("service_desk", {"authentication": {"kind": "basic"}}, "authentication"),
        ("ap", {"authentication": {"kind": "signature", "timestamp_header": "A", "signature_header": "B"}}, "authent"),
        ("ap", {"kind": "sftp_file"}, "ap"),
        ("ap", {"kind": "pigeon"}, "kind"),
    ],
)
def test_a_transport_has_its_own_authentication_and_words(tmp_path, shipped, target, change, field):
    shipped["targets"][target] |= change
    with pytest.raises(ConfigurationError, match=field):
        load_targets(write(tmp_path, shipped))


@pytest.mark.parametrize("file", ["discrepancies.csv", "../{batch}.csv", "a/{batch}.csv"])
def test_a_files_name_holds_its_batch_and_no_folder(tmp_path, shipped, file):
    target = shipped["targets"]["ap"] | {"kind": "sftp_file"}
    del target["authentication"]
    for operation in target["operations"].values():
        operation["send"] = {"directory": "incoming", "file": "{batch}.csv"}
    shipped["targets"]["ap"] = target
    assert load_targets(write(tmp_path, shipped))["ap"].collects
    target["operations"]["match_result"]["send"]["file"] = file
    with pytest.raises(ConfigurationError, match=r"send\.file"):
        load_targets(write(tmp_path, shipped))


def test_what_is_not_read_back_has_no_day_of_confirmation(tmp_path, shipped):
    operation = shipped["targets"]["ap"]["operations"]["match_result"]
    operation["read_back"] = "none"
    with pytest.raises(ConfigurationError, match="match_result"):
        load_targets(write(tmp_path, shipped))
    del operation["confirmation_sla_hours"]
    assert load_targets(write(tmp_path, shipped))["ap"].operations["match_result"].read_back is None


def test_a_misspelt_field_is_refused(tmp_path, shipped):
    shipped["targets"]["ap"]["request_per_second"] = 5
    with pytest.raises(ConfigurationError, match="request_per_second"):
        load_targets(write(tmp_path, shipped))


def test_a_target_that_is_read_first_needs_the_path_to_read(tmp_path, shipped):
    del shipped["targets"]["erp_main"]["operations"]["invoice_clearance"]["send"]["read_path"]
    with pytest.raises(ConfigurationError, match="read_path"):
        load_targets(write(tmp_path, shipped))


def test_a_missing_schema_is_named(tmp_path, shipped):
    shipped["targets"]["ap"]["operations"]["match_result"]["schema_version"] = 9
    with pytest.raises(ConfigurationError, match=r"ap_match_result_v9\.json"):
        load_targets(write(tmp_path, shipped))


def test_waits_grow_up_to_the_longest():
    retry = load_targets(SHIPPED)["ap"].retry
    assert [retry.delay(n).total_seconds() for n in (1, 2, 3)] == [1, 2, 4]
    assert retry.delay(500) == timedelta(hours=1)


def test_a_body_that_breaks_the_schema_is_told_by_place_without_its_value():
    operation = load_targets(SHIPPED)["ap"].operations["match_result"]
    body = {
        "invoiceId": "INV-1",
        "verdict": "exception",
        "touchless": False,
        "lines": [{"lineNumber": 1, "verdict": "exception"}],
        "holds": [
            {"code": "PRICE_OVER", "lineNumber": 1, "amountAtRisk": 1.5, "currency": "USD", "explanation": "dear"}
        ],
        "correlationId": "c-1",
    }
    assert operation.invalid(body) == "$.holds[0].code breaks 'pattern' of the schema"
    body["holds"][0]["code"] = "price-over"
    assert operation.invalid(body) is None
    assert operation.invalid(json.loads(json.dumps(body)) | {"more": 1}) is not None
