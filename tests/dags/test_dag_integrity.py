"""Every DAG file follows the house rules."""

from pathlib import Path

CHECKOUT = Path(__file__).resolve().parents[2]
TAGS = {
    *(f"layer:{layer}" for layer in ("extract", "quality", "transform", "publish", "watch")),
    *(f"source:{kind}" for kind in ("erp", "ap", "supply", "bank", "files")),
    *(f"tier:{tier}" for tier in (1, 2)),
}


def test_no_dag_file_has_an_import_error(facts):
    assert facts["errors"] == {}


def test_each_file_holds_one_dag_of_its_name(facts):
    files = {path.stem for path in (CHECKOUT / "dags").glob("*.py")}
    assert files == set(facts["dags"])
    assert all(dag["file"] == dag_id for dag_id, dag in facts["dags"].items())


def test_tags_come_from_the_closed_list_and_name_layer_and_tier(facts):
    for dag_id, dag in facts["dags"].items():
        assert set(dag["tags"]) <= TAGS, dag_id
        assert any(tag.startswith("layer:") for tag in dag["tags"]), dag_id
        assert any(tag.startswith("tier:") for tag in dag["tags"]), dag_id


def test_the_docs_say_source_grain_rerun_and_runbook(facts):
    for dag_id, dag in facts["dags"].items():
        for part in ("**Source**", "**Grain**", "**Running it again**", "**Runbook**"):
            assert part in (dag["doc"] or ""), f"{dag_id}: {part}"


def test_each_task_has_an_owner_and_a_runbook_that_exists(facts):
    for dag_id, dag in facts["dags"].items():
        for task_id, task in dag["tasks"].items():
            assert task["owner"] == "data-engineering", f"{dag_id}.{task_id}"
            assert (CHECKOUT / "docs" / "runbooks" / f"{task['runbook']}.md").exists(), f"{dag_id}.{task_id}"


def test_each_dag_has_a_runbook_that_names_it_in_its_title(facts):
    """One of its own name, or one that it shares; its docs and its tasks name the same page."""
    for dag_id, dag in facts["dags"].items():
        (page,) = {task["runbook"] for task in dag["tasks"].values()}
        title = (CHECKOUT / "docs" / "runbooks" / f"{page}.md").read_text().splitlines()[0]
        assert f"`{dag_id}`" in title, dag_id
        assert f"docs/runbooks/{page}.md" in dag["doc"], dag_id


def test_each_outage_has_a_runbook_that_says_what_to_do_by_hand_and_how_to_catch_up():
    for outage in ("erp", "ap", "supply", "bank", "warehouse", "airflow"):
        text = (CHECKOUT / "docs" / "runbooks" / f"outage_{outage}.md").read_text()
        for part in ("What users notice", "See it", "By hand meanwhile", "Catch up", "It is over when"):
            assert f"## {part}" in text, f"{outage}: {part}"


def test_each_task_refuses_a_wrong_configuration_but_the_one_that_tells_people_of_it(facts):
    for dag_id, dag in facts["dags"].items():
        for task_id, task in dag["tasks"].items():
            expected = None if dag_id == "watch" else "refuse_invalid_configuration"
            assert task["before"] == expected, f"{dag_id}.{task_id}"


def test_each_task_ends_what_its_failure_was_recorded_as(facts):
    for dag_id, dag in facts["dags"].items():
        for task_id, task in dag["tasks"].items():
            assert task["succeeded"] == ["Recovered"], f"{dag_id}.{task_id}"


def test_extractions_have_a_timetable_that_gives_a_data_interval(facts):
    for dag_id, dag in facts["dags"].items():
        if dag_id.startswith("extract_"):
            assert dag["timetable"] == "CronDataIntervalTimetable", dag_id


def test_nothing_catches_up_by_itself(facts):
    assert not any(dag["catchup"] for dag in facts["dags"].values())


def test_payments_cannot_be_backfilled(facts):
    assert facts["dags"]["pay_suppliers"]["run_types"] == ["manual", "scheduled"]


def test_what_writes_the_warehouse_runs_in_the_pool_of_one(facts):
    writers = {
        "transform": ("gate", "resolve", "screen", "build"),
        "publish": ("make_messages",),
        "receive": ("gate", "build", "make_messages"),
        "steward": ("decide",),
        "decide_vendor": ("decide",),
        "decide_item": ("decide",),
        "decide_screening": ("decide",),
        "review": ("carry_out",),
        "rebuild": ("rebuild",),
        "what_if": ("what_if",),
        "correct_root_cause": ("correct",),
        "pay_suppliers": ("freeze", "batch.land"),
        "confirm_bank_detail": ("confirm",),
        "reconcile": ("carry_out",),
        "close_period": ("close",),
        "rotate_keys": ("rotate",),
    }
    for dag_id, tasks in writers.items():
        assert all(facts["dags"][dag_id]["tasks"][task]["pool"] == "writers" for task in tasks)


def test_screening_and_build_follow_the_gate_whatever_became_of_the_resolution_of_vendors(facts):
    for task, before in (("screen", "resolve"), ("build", "screen")):
        found = facts["dags"]["transform"]["tasks"][task]
        assert (found["after"], found["trigger_rule"]) == (["gate", before], "all_done_min_one_success")


def test_each_source_is_extracted_in_the_pool_that_holds_its_limit(facts):
    pools = {task_id: task["pool"] for dag in facts["dags"].values() for task_id, task in dag["tasks"].items()}
    systems = {task_id.removeprefix("extract_") for task_id in pools if task_id.startswith("extract_")}
    assert systems == {path.stem for path in (CHECKOUT / "config" / "sources").glob("*.yml")}
    assert all(pools[f"extract_{system}"] in (system, "files") for system in systems)


def test_a_dag_file_is_wiring(facts):
    for path in (CHECKOUT / "dags").glob("*.py"):
        assert len(path.read_text().splitlines()) <= 100, path.name
