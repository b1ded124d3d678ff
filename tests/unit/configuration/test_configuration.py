"""Whatever is wrong in ``config/`` is named with file, line and field, all of it in one go."""

import re
import shutil
import textwrap
from collections.abc import Callable
from pathlib import Path

import pytest
import yaml

from tests.support.guide import blocks
from tieout import settings
from tieout.configuration import validate
from tieout.configuration.inspection import inspect_all

Problems = Callable[[str, str, str], list[str]]


@pytest.fixture
def config(tmp_path: Path) -> Path:
    """A copy of the configuration that we deliver."""
    return Path(shutil.copytree(settings.config_dir(), tmp_path / "config"))


@pytest.fixture
def problems(config: Path) -> Problems:
    """What is wrong after a text of a file was replaced: file, line, field and message."""

    def run(file: str, old: str, new: str) -> list[str]:
        path = config / file
        text = path.read_text()
        assert old in text
        path.write_text(text.replace(old, new, 1))
        return [str(problem).removeprefix(f"{config}/") for problem in inspect_all(config)[1]]

    return run


@pytest.mark.parametrize(
    ("file", "old", "new", "says"),
    [
        ("entities/H2.yml", "America/Chicago", "America/Chikago",
         "entities/H2.yml:6: time_zone: 'America/Chikago' is not a time zone such as America/New_York"),
        ("entities/H2.yml", "currency: USD", "currency: USX",
         "entities/H2.yml:5: currency: 'USX' is no currency of ISO 4217"),
        ("entities/H2.yml", "calendar_year", "fiscal_from_juli",
         "entities/H2.yml:7: fiscal_calendar: 'fiscal_from_juli' is not one of"),
        ("entities/H2.yml", "accruals: true", "accruals: perhaps",
         "entities/H2.yml:8: accruals: 'perhaps' is neither true nor false"),
        ("entities/H2.yml", "accruals: true", "accruals: true\nvalid_to: soon",
         "entities/H2.yml:9: valid_to: 'soon' is not a date such as 2026-03-31"),
        ("entities/H2.yml", "GROUP", "GROPU",
         "entities/H2.yml:4: parent_entity_id: there is no entity 'GROPU': add config/entities/GROPU.yml"),
        ("entities/GROUP.yml", "currency:", "parent_entity_id: H1\ncurrency:",
         "entities/H1.yml:4: parent_entity_id: the entity is its own ancestor"),
        ("entities/H2.yml", "{record: ap, from: 2000-01-01}",
         "[{record: ap, to: 2026-06-30}, {record: erp_main, from: 2026-06-30}]",
         "entities/H2.yml:20: system_of_record.ap.1: 'erp_main' is of record from 2026-06-30 on, 'ap' up to"),
        ("entities/H2.yml", "{record: ap, from: 2000-01-01}",
         "[{record: ap, to: 2026-06-29}, {record: erp_main, from: 2026-07-01}]",
         "entities/H2.yml:20: system_of_record.ap.1: no system is of record between 2026-06-29 and 2026-07-01"),
        ("entities/H2.yml", "[US02]", "[US01]", "entities/H2.yml:14: codes.erp_main: 'US01' is H1's code already"),
        ("entities/H2.yml", "codes:\n", "codes: [\n", "entities/H2.yml:1: "),
        ("entities/H2.yml", "codes:\n", "maps: {erp_main: {units: {PAK: BX}}}\ncodes:\n",
         "entities/H2.yml:13: maps.erp_main.units: there is no code map 'units' in config/sources/erp_main.yml"),
        ("entities/H2.yml", "codes:\n", "maps: {erp_main: {po_status: {GONE: vanished}}}\ncodes:\n",
         "entities/H2.yml:13: maps.erp_main.po_status.GONE: 'vanished' is not one of approved, cancelled, closed"),
        ("entities/H2.yml", "codes:\n", "maps: {erp_mian: {unit: {PAK: BX}}}\ncodes:\n",
         "entities/H2.yml:13: maps.erp_mian: 'erp_mian' is not a source system"),
        ("entities/H2.yml", "codes:\n", 'control_accounts: {"2100": payables}\ncodes:\n',
         "entities/H2.yml:13: control_accounts.2100: 'payables' is not one of ap_control, cash, grni, none"),
        ("schedules.yml", '"*/15 * * * *"', '"*/15 * *"',
         "schedules.yml:6: wall.extract_erp: '*/15 * *' is not a cron expression such as '*/15 * * * *'"),
        ("schedules.yml", "  extract_ap:", "  extract_app:",
         "schedules.yml:7: wall.extract_app: unknown key (did you mean 'extract_ap'?)"),
        ("feedback/targets.yml", "{AWC: off}", "{AWX: off}",
         "feedback/targets.yml:18: targets.ap.operations.match_result.entities.AWX: there is no entity 'AWX'"),
        ("feedback/targets.yml", "{system: ap, object: invoice}", "{system: app, object: invoice}",
         "feedback/targets.yml:21: targets.ap.operations.match_result.read_back.system: is not a source system"),
        ("feedback/targets.yml", "mode: live", "mode: lively",
         "feedback/targets.yml:17: targets.ap.operations.match_result.mode: 'lively' is not one of"),
        ("objects/vendor.yml", "type: text", "type: txt", "objects/vendor.yml:1: vendor_number: type 'txt'"),
    ],
)  # fmt: skip
def test_a_mistake_is_named_with_file_line_and_field(
    problems: Problems, file: str, old: str, new: str, says: str
) -> None:
    found = problems(file, old, new)
    assert any(problem.startswith(says) for problem in found), found


def test_a_month_of_migration_is_right(problems: Problems) -> None:
    moved = "[{record: erp_main, to: 2026-06-30}, {record: erp_west, from: 2026-07-01}]"
    assert problems("entities/H2.yml", "{record: erp_main, from: 2000-01-01}", moved) == []


def test_what_the_guide_says_of_a_migration_is_right(problems: Problems) -> None:
    guide = (settings.CHECKOUT / "docs/guides/migrate_an_erp.md").read_text()
    entity, reference = re.findall(r"^ *```yaml\n(.*?)^ *```", guide, re.DOTALL | re.MULTILINE)
    periods = textwrap.dedent(entity).partition("system_of_record:\n")[2]
    assert problems("entities/H3.yml", "  erp: {record: erp_west, from: 2000-01-01}\n", periods) == []
    mapping = textwrap.indent(textwrap.dedent(reference), " " * 6)
    assert (
        problems("sources/erp_west.yml", "      purchase_order_line:\n", f"{mapping}      purchase_order_line:\n") == []
    )


def test_the_command_prints_each_mistake_and_fails(config: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert validate.main([str(config)]) == 0
    (config / "schedules.yml").unlink()
    assert validate.main([str(config)]) == 1
    assert "schedules.yml:1: is missing" in capsys.readouterr().err


def test_an_entity_says_what_accounts_control_where_its_erp_does_not(config: Path) -> None:
    configuration, _ = inspect_all(config)
    said = {entity.entity_id: entity.controls for entity in configuration.entities}
    assert (said["H3"], said["H1"]) == ({"191100": "grni", "113100": "cash"}, {})


def test_an_entity_that_pays_through_us_has_us_as_system_of_record_of_its_payments(config: Path) -> None:
    path = config / "entities/H2.yml"
    path.write_text(re.sub("payment_origin: .*", "payment_origin: tieout", path.read_text()))
    configuration, problems = inspect_all(config)
    assert problems == []
    (entity,) = [each for each in configuration.entities if each.entity_id == "H2"]
    records = {role.object: role.source_system for role in entity.roles if role.role == "record"}
    assert (records["payment"], records["payment_invoice"], records["vendor"]) == ("tieout", "tieout", "erp_main")


def test_what_the_guide_to_payments_writes_for_an_entity_and_for_its_way_back_is_right(config: Path) -> None:
    path, policies = config / "entities/H1.yml", config / "policies/payment_policy.csv"
    before = yaml.safe_load(path.read_text())
    written = [block for block in blocks(settings.CHECKOUT / "docs/guides/introduce_payments.md") if not block.file]
    (policy,) = [block.text for block in written if block.language == "csv"]
    header, _, rows = policy.partition("\n")
    assert policies.read_text().startswith(f"{header}\n")
    policies.write_text(policies.read_text() + rows)
    entities = [yaml.safe_load(block.text) for block in written if block.language == "yaml"]
    assert [entity["payment_origin"] for entity in entities] == ["tieout", "erp"]
    for entity in entities:
        for part in ("codes", "system_of_record"):
            entity[part] = before[part] | entity.get(part, {})
        path.write_text(yaml.safe_dump(before | entity))
        assert inspect_all(config)[1] == []


def test_an_entity_that_pays_through_us_says_from_which_account_and_what_its_bank_takes(config: Path) -> None:
    path = config / "entities/H2.yml"
    path.write_text(re.sub("(paying_account|payment_profile): .*\n", "", path.read_text()))
    _, problems = inspect_all(config)
    assert [problem.message for problem in problems] == [
        "payment_origin says tieout, so paying_account is needed",
        "payment_origin says tieout, so payment_profile is needed",
    ]


def test_an_entity_that_pays_through_us_does_so_at_a_bank_of_which_is_said_where_it_takes_payments(
    config: Path,
) -> None:
    path = config / "sources/bank.yml"
    path.write_text(re.sub("payments: .*\n", "", path.read_text()))
    _, problems = inspect_all(config)
    assert {(Path(problem.file).name, problem.message) for problem in problems} == {
        (f"{entity}.yml", "says tieout, but config/sources/bank.yml does not say where the bank takes payments")
        for entity in ("H2", "AMB1")
    }


def test_an_entitys_file_of_another_name_is_a_problem_and_no_crash(config: Path) -> None:
    (config / "entities/H2.yml").rename(config / "entities/H9.yml")
    path = config / "sources/bank.yml"
    path.write_text(re.sub("payments: .*\n", "", path.read_text()))
    _, problems = inspect_all(config)
    assert "is not the file's name, 'H9'" in {problem.message for problem in problems}


def test_folders_of_payments_are_below_the_login_s_own(config: Path) -> None:
    path = config / "sources/bank.yml"
    path.write_text(re.sub("payments: .*", "payments: {transfers: /incoming}", path.read_text()))
    _, (problem,) = inspect_all(config)
    assert (Path(problem.file).name, problem.field) == ("bank.yml", "payments.transfers")


@pytest.mark.parametrize(
    ("origin", "last", "right"),
    [("tieout", "tieout", True), ("erp", "erp_main", True), ("tieout", "erp_main", False), ("erp", "tieout", False)],
)
def test_the_last_system_of_record_of_payments_is_who_pays(config: Path, origin: str, last: str, right: bool) -> None:
    periods = f"[{{record: erp_west, to: 2026-06-30}}, {{record: {last}, from: 2026-07-01}}]"
    path = config / "entities/H2.yml"
    text = re.sub("payment_origin: .*", f"payment_origin: {origin}", path.read_text())
    named = f"  payment: {periods}\n  payment_invoice: {periods}\n"
    path.write_text(text.replace("system_of_record:\n", f"system_of_record:\n{named}"))
    _, problems = inspect_all(config)
    assert (problems == []) is right, problems
