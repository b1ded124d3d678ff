"""What the suite of faults counts can be more than none (docs/guides/chaos.md)."""

from datetime import timedelta

import psycopg

from chaos.books import never_told
from chaos.sources import doubled_rows
from tests.integration.feedback.conftest import NOW

ROW = """
insert into raw.vendor (
    _source_system, _record_key, _batch_id, _payload_sha256, _row_number, _row_sha256, _profile_version,
    _source_updated_at, _ingested_at, _trace_id
)
values ('erp_west', %s, 'b', '', %s, %s, 1, %s, now(), 't')
"""


def test_a_version_of_a_record_with_two_contents_is_doubled(loop):
    with psycopg.connect(loop.dsn) as connection:
        for number, (key, digest, at) in enumerate(
            [("V1", "a", NOW), ("V1", "b", NOW + timedelta(days=1)), ("V2", "a", NOW), ("V3", "a", None)]
        ):
            connection.execute(ROW, [key, number, digest, at])
        assert doubled_rows(connection) == []
        connection.execute(ROW, ["V1", 9, "c", NOW])
        assert doubled_rows(connection) == ["raw.vendor: erp_west V1 2 times"]
        connection.rollback()


def test_a_conclusion_of_which_no_message_was_made_is_lost(loop):
    loop.mode("ap", "live", H2="off", H3="shadow")
    for number, entity in enumerate(("H1", "H2", "H3")):
        loop.conclude(f"INV-{number}", entity=entity)
    with psycopg.connect(loop.dsn) as connection:
        assert never_told(loop.targets, connection) == ["ap match_result INV-0: never told"]
        connection.rollback()
        loop.publish()
        assert never_told(loop.targets, connection) == []
