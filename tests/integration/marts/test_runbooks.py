"""What a page tells one to ask at three in the morning can be asked, and what it names is there."""

import re

import pytest

from tests.integration.marts.conftest import DATABASE
from tests.support.pipeline import CHECKOUT
from tests.support.runbook import Runbook
from tieout.warehouse.connection import connect

PAGES = sorted(
    page for folder in ("runbooks", "guides", "reference") for page in (CHECKOUT / "docs" / folder).glob("*.md")
)
# Schemas that a run of the DAG makes.
OF_A_COPY = ("what_if_question_", "rebuild_close_march_")
SCHEMAS = (
    "audit", "canonical", "fb", "feedback", "mart", "match", "ops", "payments", "quality", "raw", "staging", "steward",
)  # fmt: skip
NAME = re.compile(rf"`({'|'.join(SCHEMAS)})\.([a-z_0-9]+)(?:\.([a-z_0-9]+))?(?![a-z_0-9*<.…])")
COLUMNS = """
select attribute.attname
from pg_attribute as attribute
where attribute.attrelid = to_regclass(%s) and attribute.attnum > 0 and not attribute.attisdropped
"""


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_each_query_of_a_page_fits_the_warehouse(page, postgres, history):
    queries = [query for query in Runbook(page).queries() if not any(name in query for name in OF_A_COPY)]
    with connect(postgres.dsn(DATABASE)) as connection:
        for query in queries:
            connection.execute(f"explain {query}".encode())


def test_each_table_and_column_that_a_page_names_is_there(postgres, history):
    unknown = []
    with connect(postgres.dsn(DATABASE)) as connection:
        for page in PAGES:
            for schema, table, column in sorted(set(NAME.findall(page.read_text()))):
                columns = [row[0] for row in connection.execute(COLUMNS, [f"{schema}.{table}"])]
                if not columns or (column and column not in columns):
                    unknown.append(f"{page.stem}: {schema}.{table}.{column}".rstrip("."))
    assert unknown == []
