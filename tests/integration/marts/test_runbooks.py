"""What a runbook or a guide tells one to ask at three in the morning can be asked."""

import pytest

from tests.integration.marts.conftest import DATABASE
from tests.support.pipeline import CHECKOUT
from tests.support.runbook import Runbook
from tieout.warehouse.connection import connect

PAGES = sorted(page for folder in ("runbooks", "guides") for page in (CHECKOUT / "docs" / folder).glob("*.md"))
# Schemas that a run of the DAG makes.
OF_A_COPY = ("what_if_question_", "rebuild_close_march_")


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_each_query_of_a_page_fits_the_warehouse(page, postgres, history):
    queries = [query for query in Runbook(page).queries() if not any(name in query for name in OF_A_COPY)]
    with connect(postgres.dsn(DATABASE)) as connection:
        for query in queries:
            connection.execute(f"explain {query}".encode())
