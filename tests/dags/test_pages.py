"""What pages of the documentation name is there as written: DAGs, tasks, targets of make, pages and sections."""

import re
from pathlib import Path

import pytest

CHECKOUT = Path(__file__).resolve().parents[2]
PAGES = [
    CHECKOUT / "README.md",
    CHECKOUT / "sandbox" / "README.md",
    *sorted(
        page for folder in ("runbooks", "guides", "reference") for page in (CHECKOUT / "docs" / folder).glob("*.md")
    ),
]
NAMES = [str(page.relative_to(CHECKOUT)) for page in PAGES]
STARTED = re.compile(r"dags (?:trigger|pause|unpause) ([a-z_]+)|--dag-id ([a-z_]+)|DAGs? `([a-z_]+)`")
TASK = re.compile(r"`([a-z_]+)\.([a-z_]+)`")
TASKS = re.compile(r"^\| task \|.*\n\|[-| ]+\n((?:\|.*\n)+)", re.MULTILINE)
MADE = re.compile(r"(?:`|^\s*|&& |\$\()make (?:--\w+ )*([a-z][a-z-]*)", re.MULTILINE)
LINK = re.compile(r"\]\(([^)#\s]*)(?:#([^)\s]+))?\)")
FILES = ("md", "py")
SCHEMAS = {"steward"}  # of the warehouse, named like a DAG
HEADING = re.compile(r"^#+ (.+)$", re.MULTILINE)


@pytest.mark.parametrize("page", PAGES, ids=NAMES)
def test_each_dag_and_task_that_a_page_names_is_there(page, facts):
    text = page.read_text()
    dags = facts["dags"]
    started = {name for found in STARTED.findall(text) for name in found if name}
    assert started - dags.keys() == set()
    tasks = [
        found for found in TASK.findall(text) if found[0] in dags.keys() - SCHEMAS and found[1] not in ("md", "py")
    ]
    assert [found for found in tasks if found[1] not in names_of(dags[found[0]])] == []


@pytest.mark.parametrize("page", [page for page in PAGES if TASKS.search(page.read_text())], ids=lambda page: page.stem)
def test_each_task_in_a_table_of_a_runbook_is_there(page, facts):
    text = page.read_text()
    (dag_id,) = re.findall(r"`([a-z_]+)`", text.splitlines()[0])
    firsts = [row.split("|")[1] for table in TASKS.findall(text) for row in table.splitlines()]
    named = {name for first in firsts for name in re.findall(r"`([a-z_]+)`", first)}
    assert named
    assert named - names_of(facts["dags"][dag_id]) == set()


@pytest.mark.parametrize("page", PAGES, ids=NAMES)
def test_each_target_of_make_that_a_page_names_is_there(page):
    targets = set(re.findall(r"^([a-z][a-z-]*):", (CHECKOUT / "Makefile").read_text(), re.MULTILINE))
    assert set(MADE.findall(page.read_text())) - targets == set()


@pytest.mark.parametrize("page", PAGES, ids=NAMES)
def test_each_link_of_a_page_leads_somewhere(page):
    broken = []
    for path, section in LINK.findall(page.read_text()):
        if "://" in path:
            continue
        target = (page.parent / path).resolve() if path else page
        if not target.exists() or (section and target.suffix == ".md" and section not in sections(target)):
            broken.append(f"{path}#{section}")
    assert broken == []


def names_of(dag: dict) -> set[str]:
    """Return the names of a DAG's tasks, without those of the groups that they are in."""
    return {task_id.rpartition(".")[2] for task_id in dag["tasks"]}


def sections(page: Path) -> set[str]:
    """Return the anchors of a page: those of its headings as GitHub makes them, and its own."""
    text = page.read_text()
    made = {re.sub(r"[^\w\- ]", "", heading.strip().lower()).replace(" ", "-") for heading in HEADING.findall(text)}
    return made | set(re.findall(r'<a id="([^"]+)">', text))
