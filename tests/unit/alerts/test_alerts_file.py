"""A wrong ``config/alerts.yml``, or a wrong promise, is refused with file, line and field."""

import shutil

import pytest

from tieout import settings
from tieout.alerts.alerting import Recipients
from tieout.alerts.configuration import alerting_problems, load_alerting
from tieout.alerts.promise_file import owner_roles, promise_problems
from tieout.configuration.inspection import inspect_all
from tieout.landing.configuration_files import inspect


@pytest.fixture(scope="module")
def configuration():
    """The configuration as it is, without what is wrong with it."""
    return inspect(settings.config_dir())[0]


@pytest.fixture
def config(tmp_path):
    """A folder with alerts, promises and routes."""
    folder = tmp_path / "config"
    shutil.copytree(settings.config_dir() / "policies", folder / "policies")
    shutil.copy(settings.config_dir() / "alerts.yml", folder)
    return folder


def said(problems):
    return "\n".join(map(str, problems))


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ('technical: {mail: [], chat: ""}', "technical: {mail: [nobody], chat: ops chat}",
         "technical.mail.0: 'nobody' is not an e-mail address"),
        ('technical: {mail: [], chat: ""}', "technical: {mail: [], chat: ops chat}",
         "technical.chat: 'ops chat' is not the id of an Airflow connection"),
        ("technical:", "technicals:", "technicals: unknown key (did you mean 'technical'?)"),
        ("  other:", "  buyers:", "roles.buyers: owns nothing: config/policies/routing.csv has no such owner_role"),
        ("{title}\\n{text}", "{title}\\n{txt}", "chat.body: {txt} is neither {title} nor {text}"),
        ('at: "07:00"', 'at: "7 am"', "digest.at: '7 am' is not a time of day such as '07:00'"),
        ("America/New_York", "New_York", "digest.time_zone: 'New_York' is not a time zone such as America/New_York"),
        ("USD: 50000", "US: much", "large_hold.US: 'US' is no currency of ISO 4217"),
        ("USD: 50000", "USD: much", "large_hold.USD: 'much' is not an amount of at least zero"),
        ("reminder_hours: 24", "reminder_hours: 0", "repeat.reminder_hours: must be a whole number of at least 1"),
        ("second: controller", "second: cfo", "approvers.second: 'cfo' is nobody: name it under roles"),
        ("second: controller", "third: cfo", "approvers.third: unknown key"),
        ("grace_minutes: 10 ", "grace: 10 ", "watch.grace: unknown key"),
    ],
)  # fmt: skip
def test_a_mistake_is_named_by_line_and_field(config, old, new, says):
    file = config / "alerts.yml"
    text = file.read_text()
    assert old in text
    file.write_text(text.replace(old, new))
    line = text[: text.index(old)].count("\n") + 1
    assert f"alerts.yml:{line}: {says}" in said(alerting_problems(config, owner_roles(config)))


@pytest.mark.parametrize(
    ("row", "says"),
    [
        ("x,known,receipts,,,2,,,", "object: 'receipts' is not an interface object"),
        ("x,known,receipt_line,,,2,warehouse,,", "source_system: there is no source 'warehouse'"),
        ("x,known,receipt_line,,,2,,7:00,", "by_time: '7:00' is not a time of day such as 07:00"),
        ("x,arrived,fx_rate,,,2,,,", "object: fx_rate is not of a facility"),
        ("x,known,receipt_line,,,0,,,", "hours: 0 is not above zero"),
        ("x,hold,,,,2,,,buyers", "owner_role: 'buyers' owns nothing"),
    ],
)
def test_a_promise_that_could_never_be_judged_is_refused(config, configuration, row, says):
    file = config / "policies/sla.csv"
    lines = file.read_text().splitlines()
    file.write_text("\n".join([*lines, row]) + "\n")
    found = promise_problems(config, configuration, owner_roles(config))
    assert f"sla.csv:{len(lines) + 1}: {says}" in said(found)


def test_both_are_part_of_what_every_task_refuses(tmp_path):
    folder = tmp_path / "config"
    shutil.copytree(settings.config_dir(), folder)
    (folder / "alerts.yml").write_text("technical: nobody\n")
    with (folder / "policies/sla.csv").open("a") as file:
        file.write("x,known,receipts,,,2,,,\n")
    assert [(problem.file.rsplit("/", 1)[1], problem.field) for problem in inspect_all(folder)[1]] == [
        ("alerts.yml", "technical"), ("sla.csv", "object")
    ]  # fmt: skip


def test_what_can_be_read_of_a_wrong_file_is_used_so_that_somebody_hears_of_it(config):
    file = config / "alerts.yml"
    text = file.read_text().replace('technical: {mail: [], chat: ""}', "technical: {mail: [a@b.example, nobody]}")
    file.write_text(text.replace("USD: 50000", "USD: much"))
    alerting = load_alerting(config)
    assert alerting.technical == Recipients(("a@b.example",), "")
    assert alerting.large == {}


def test_who_is_asked_about_payments_may_be_a_role_that_owns_no_holds(config):
    file = config / "alerts.yml"
    assert load_alerting(config).approvers == ("treasury", "controller")
    text = file.read_text().replace("second: controller", "second: cfo")
    file.write_text(text.replace("  other:", "  cfo: {mail: [cfo@b.example]}\n  other:"))
    assert alerting_problems(config, owner_roles(config)) == []
    assert load_alerting(config).approvers == ("treasury", "cfo")


def test_a_role_that_is_not_named_is_heard_of_by_others_and_without_a_file_nobody_is_told(config):
    (config / "alerts.yml").write_text(
        "technical: {}\nroles:\n  ap: {chat: ap_chat}\n  other: {mail: [finance@b.example]}\n"
    )
    alerting = load_alerting(config)
    assert alerting.owners("ap").channels == ("chat:ap_chat",)
    assert alerting.owners("tax").channels == ("mail",)
    (config / "alerts.yml").unlink()
    assert load_alerting(config).technical.channels == ()
    assert alerting_problems(config, set()) == []
