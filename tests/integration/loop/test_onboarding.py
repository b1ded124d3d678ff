"""``docs/guides/onboard_a_hospital.md`` is followed to the letter: its files, its commands, its queries.

Lake Hospital's systems send from the first day on, as those of a facility that shares an ERP with others do; nobody has
told Tieout of it yet. Harbor Hospital has an ERP of a shape that nobody has seen. Airflow's commands are given to what
their DAGs call; the landing of configuration, the gate and the models are the real ones.
"""

import shutil
import tempfile
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from tests.support.guide import Block, airflow_arguments, blocks, option
from tests.support.pipeline import CHECKOUT, Pipeline, running_estate
from tieout.configuration import validate
from tieout.landing.manifest import Interval
from tieout.quality.steward import Selection, decide
from tieout.sources.endpoint import Endpoint

GUIDE = CHECKOUT / "docs/guides/onboard_a_hospital.md"
FOLDER = "/srv/harbor"
SYSTEMS = ("erp_main", "ap", "supply", "contracts")
STOPPED = "select batch_id from ops.batch where state = 'stopped' order by 1"
UNKNOWN = (
    "select distinct entity_id from quality.quarantine"
    " where state = 'waiting' and object || '.entity_id.configured' = any(rule_ids)"
)
VERDICTS = "select count(*), count(verdict) from match.match_invoice where entity_id = 'H2'"
INVOICES = "select count(distinct _record_key) from raw.invoice where _source_system = 'ap' and entity_id = 'H2'"
OPEN = "select fingerprint from ops.incident where state in ('retrying', 'dead')"
SENT = (
    "select count(distinct subject_id) from feedback.message_state"
    " where entity_id = 'H2' and target = 'ap' and operation = 'match_result'"
    " and state in ('acknowledged', 'confirmed')"
)


class Follower:
    """Does what the guide says, block by block."""

    def __init__(self, pipeline: Pipeline) -> None:
        self.pipeline = pipeline
        self.answer: list[tuple] = []
        self.columns: list[str] = []
        self.to_judge = self.to_transform = False
        self.done: list[str] = []

    def follow(self, block: Block) -> None:
        """Write the file, give the commands, ask the query, or compare what it returned."""
        if block.file:
            self._write(block)
        elif block.language == "bash":
            for command in block.commands:
                self._command(command)
        elif block.language == "sql":
            self._ask(block.text)
        elif block.language == "text":
            assert [" | ".join(map(_said, row)) for row in self.answer] == block.text.splitlines(), self.columns

    def _write(self, block: Block) -> None:
        path = self.pipeline.home / block.file.removeprefix("/")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(block.text)

    def _command(self, command: str) -> None:
        placeholder = next((name for name in self.columns if f"<{name}>" in command), None)
        rows = [str(value) for (value,) in self.answer] if placeholder else [""]
        for value in rows:
            given = command.replace(f"<{placeholder}>", value)
            if given == "make validate-config":
                assert validate.main([str(self.pipeline.config)]) == 0
            else:
                self._airflow(airflow_arguments(given))

    def _airflow(self, arguments: list[str]) -> None:
        match arguments[:2]:
            case ["dags", "trigger"]:
                self._trigger(arguments[2], option(arguments, "--conf") if "--conf" in arguments else {})
            case ["connections", "add"]:
                extra = option(arguments, "--conn-extra")
                assert extra == {"path": FOLDER}
                self.pipeline.folders[arguments[2]] = self.pipeline.home / FOLDER.removeprefix("/")
            case ["pools", "set"]:
                assert int(arguments[3]) > 0
            case _:
                pytest.fail(f"The guide gives a command that this test does not know: {arguments}")
        self.done.append(" ".join(arguments[:3]))

    def _trigger(self, dag_id: str, conf: dict[str, str]) -> None:
        pipeline = self.pipeline
        if dag_id == "extract_files":
            pipeline.configure()
        elif dag_id == "extract_erp":
            pipeline.next_day((*SYSTEMS, *pipeline.folders))
        elif dag_id == "reparse":
            window = Interval(datetime.fromisoformat(conf["start"]), datetime.fromisoformat(conf["end"]))
            assert pipeline.reparse(window, [conf["system"]])[conf["system"]] > 0
            assert pipeline.reparse(window, [conf["system"]])[conf["system"]] == 0
        elif dag_id == "steward":
            decide(
                pipeline.dsn, action=conf["action"], selection=Selection(conf["select_by"], conf["selection"]),
                by="s.teward", reason=conf["reason"], now=pipeline.now() + timedelta(minutes=1),
            )  # fmt: skip
        else:
            pytest.fail(f"The guide starts a DAG that this test does not know: {dag_id}")
        self.to_judge = self.to_transform = True

    def _ask(self, query: str) -> None:
        """The gate follows what landed, and the models where the query reads what they conclude."""
        if "mart." in query and self.to_transform:
            self.pipeline.publish(self.pipeline.transform(data_tests=True))
            self.to_judge = self.to_transform = False
        elif self.to_judge:
            self.pipeline.judge()
            self.to_judge = False
        self.columns = _columns(query)
        self.answer = self.pipeline.query(query)


class Onboarding(Pipeline):
    """A pipeline that gains a folder's connection on its way."""

    def __init__(self, *arguments) -> None:
        super().__init__(*arguments)
        self.folders: dict[str, Path] = {}

    def resolve(self, connection_id: str):
        """Return a connection of the estate, or one that the guide has made."""
        if connection_id not in self.folders:
            return super().resolve(connection_id)
        return Endpoint(extra={"path": str(self.folders[connection_id])})

    def next_day(self, systems) -> None:
        """Let the estate live through a day, and extract it."""
        end = self.estate.advance(1)[1]
        self.extract(Interval(end - timedelta(days=1), end), systems)


@pytest.fixture
def pipeline(postgres, warehouse):
    """A pipeline over two hospitals, one of which its configuration does not name."""
    home = Path(tempfile.mkdtemp(prefix="tieout-hospital-"))
    home.chmod(0o755)
    config = home / "config"
    shutil.copytree(CHECKOUT / "config", config)
    (config / "entities/H2.yml").unlink()
    without_policies_of_its_own(config / "policies/policy.csv")
    # So small that no journal of a company that nobody knows is among the ERP's (sandbox/scenario/trouble.py).
    with running_estate(postgres, home, volume=0.2, entities=["H1", "H2"]) as estate:
        yield Onboarding(warehouse, home, estate, config)
    shutil.rmtree(home)


def test_the_guide_is_followed_and_both_hospitals_work(pipeline):
    pipeline.extract(Interval(pipeline.now(), pipeline.estate.advance(4)[1]), SYSTEMS)
    assert pipeline.judge().batches_stopped > 0

    follower = Follower(pipeline)
    for block in blocks(GUIDE):
        follower.follow(block)

    assert {"dags trigger steward", "dags trigger reparse", "connections add harbor"} <= set(follower.done)
    what_lake_hospital_sent_before_it_was_known_is_judged_and_answered(pipeline)


def what_lake_hospital_sent_before_it_was_known_is_judged_and_answered(pipeline):
    """With the day after it, which needed nobody."""
    assert pipeline.query(UNKNOWN) == []
    assert pipeline.query(STOPPED) == []
    assert pipeline.query(OPEN) == []
    invoices = pipeline.query(INVOICES)[0][0]
    assert invoices > 0
    assert pipeline.query(VERDICTS) == [(invoices, invoices)]
    assert pipeline.query(SENT)[0][0] > 0
    assert pipeline.query("select count(*) from match.match_invoice where entity_id = 'H1'")[0][0] > 0


def without_policies_of_its_own(policies: Path) -> None:
    """Take the rows out that name the hospital: it inherits the group's."""
    lines = policies.read_text().splitlines(keepends=True)
    policies.write_text("".join(line for line in lines if ",H2," not in line))


def _columns(query: str) -> list[str]:
    """The placeholders that a query's single column fills."""
    return [name for name in ("batch_id", "quarantine_ids") if name in query]


def _said(value) -> str:
    return str(value)[0].lower() if isinstance(value, bool) else str(value)
