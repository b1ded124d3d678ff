"""From payloads to the lines that COPY reads."""

import hashlib
import json

import pytest

from tests.unit.formats.test_camt import V08
from tests.unit.landing.conftest import contracts
from tieout.landing import functions
from tieout.landing.expressions import Vocabulary
from tieout.landing.mapping import LINEAGE, copy_columns
from tieout.landing.parse import FeedParser

HEAD = """\
system: x
kind: erp
version: 1
protocol: rest
time_zone: America/New_York
maps:
  kind: {G: good, B: bad}
feeds:
  - name: things
    read: {path: /v1/things}
"""
FACTS = {"@file": "f.csv", "@file_time": "t", "@interval_start": "s", "@interval_end": "e", "@system": "x"}


@pytest.fixture
def parse(read, keys):
    """Parse a payload with a feed and return its rows by object, and the parser."""

    def run(feed: str, payload: str, own_maps=None) -> tuple[dict[str, list[dict[str, str | None]]], FeedParser]:
        profile, problems = read(HEAD + feed)
        assert problems == []
        vocabulary = Vocabulary(profile.maps, {"US01": "H1", "US02": "H2"}, keys, own_maps or {})
        parser = FeedParser(profile.feeds[0], contracts(), vocabulary)
        rows: dict[str, list[dict[str, str | None]]] = {}
        for target, lines in parser.parse(lambda: [payload.encode()], 1, FACTS):
            names = [*LINEAGE, *copy_columns(target.contract)]
            for line in lines:
                cells = [_unescaped(cell) or None for cell in line.split("\t")]
                rows.setdefault(target.mapping.object, []).append(dict(zip(names, cells, strict=True)))
        return rows, parser

    return run


def _unescaped(cell: str) -> str:
    escapes = {"t": "\t", "n": "\n", "r": "\r", "\\": "\\"}
    result, characters = "", iter(cell)
    for character in characters:
        result += escapes[next(characters)] if character == "\\" else character
    return result


CSV = """\
    format: {type: csv, header: true}
    objects:
      thing:
        where: [{path: KIND, not_in: [Z]}, {path: NUM, present: true}]
        deleted: {path: DEL, equals: "Y"}
        updated_at: CHANGED
        fields:
          number: NUM
          line: LINE
          entity_id: {path: ORG, entity: true}
          kind: {path: KIND, map: kind}
          amount: {path: AMT, decimal: ",", thousands: "."}
          day: {path: DAY, format: "%d.%m.%Y"}
          at: AT
          open: OPEN
          account: IBAN
"""
CSV_HEADER = "NUM,LINE,ORG,KIND,AMT,DAY,AT,OPEN,IBAN,CHANGED,DEL\n"
CSV_ROW = 'INV-007,01,US01,G,"1.234,5",31.03.2026,2026-03-31 10:00:00,Y,DE89370400440532013000,2026-03-31T09:00:00Z,\n'


def test_an_entity_may_spell_codes_otherwise_than_the_others_of_its_system(parse):
    payload = CSV_HEADER + CSV_ROW + CSV_ROW.replace("INV-007", "INV-008").replace("US01", " US02 ")
    usual, _ = parse(CSV, payload)
    own, _ = parse(CSV, payload, {"kind": {"H2": {"G": "bad"}}})
    assert [row["kind"] for row in usual["thing"]] == ["good", "good"]
    assert [(row["entity_id"], row["kind"]) for row in own["thing"]] == [("H1", "good"), ("H2", "bad")]
    assert own["thing"][0]["_row_sha256"] == usual["thing"][0]["_row_sha256"]


def test_a_row_is_spelled_canonically_with_its_lineage(parse):
    rows, _ = parse(CSV, CSV_HEADER + CSV_ROW)
    (row,) = rows["thing"]
    assert row["_record_key"] == "INV-007|1"
    assert (row["_row_number"], row["_payload"], row["_deleted"], row["_extra"]) == ("1", "1", "f", None)
    assert row["_source_updated_at"] == "2026-03-31T09:00:00+00:00"
    assert [row[name] for name in ("entity_id", "kind", "amount", "day", "at", "open", "normal")] == [
        "H1",
        "good",
        "1234.5",
        "2026-03-31",
        "2026-03-31T14:00:00+00:00",
        "true",
        "INV7",
    ]


def test_what_is_optional_in_a_key_is_left_off_from_its_last_blank_on(parse):
    feed = (
        "    format: {type: csv, header: true}\n"
        "    objects: {pack: {fields: {item: item, of: of, entity: entity, vendor: vendor}}}\n"
    )
    rows, _ = parse(feed, "item,of,entity,vendor\nA,,,\nA,BX,,\nA,,H1,\nA,,,V\nA,BX,H1,V\n")
    assert [row["_record_key"] for row in rows["pack"]] == ["A", "A|BX", "A||H1", "A|||V", "A|BX|H1|V"]


def test_a_sensitive_value_is_nowhere_in_clear(parse, keys):
    rows, _ = parse(CSV, CSV_HEADER + CSV_ROW)
    (row,) = rows["thing"]
    assert "account" not in row
    assert row["account_last4"] == "3000"
    assert keys.decrypt(row["account_encrypted"]) == "DE89370400440532013000"
    assert "DE8937" not in str({name: value for name, value in row.items() if name != "account_encrypted"})


def test_a_bank_account_is_checked_before_its_number_is_sealed(parse):
    feed = (
        "    format: {type: csv, header: true}\n"
        "    objects: {payee: {fields: {ref: ref, account: account, bank: bank}}}\n"
    )
    accounts = ("DE89370400440532013000,", "DE88370400440532013000,", "12345678,021000021", "12345678,021000022", ",")
    rows, _ = parse(feed, "ref,account,bank\n" + "".join(f"{n},{row}\n" for n, row in enumerate(accounts)))
    assert [row["fault"] for row in rows["payee"]] == [
        None, "IBAN fails its check", None, "routing number fails its check", "number is missing",
    ]  # fmt: skip
    assert "12345678" not in str([{**row, "account_encrypted": ""} for row in rows["payee"]])


def test_the_row_hash_ignores_ciphertexts_and_sees_every_other_value(parse):
    first = parse(CSV, CSV_HEADER + CSV_ROW)[0]["thing"][0]
    again = parse(CSV, CSV_HEADER + CSV_ROW)[0]["thing"][0]
    assert first["_row_sha256"] == again["_row_sha256"]
    assert first["account_encrypted"] != again["account_encrypted"]
    for old, new in (("1.234,5", "1.234,6"), ("3000,", "3001,"), ("Z,\n", "Z,Y\n")):
        other = parse(CSV, CSV_HEADER + CSV_ROW.replace(old, new))[0]["thing"][0]
        assert other["_row_sha256"] != first["_row_sha256"]


def test_the_row_hash_is_sha256_over_the_columns_as_written(parse):
    row = parse(CSV, CSV_HEADER + CSV_ROW)[0]["thing"][0]
    hashed = [row["_deleted"], *(row[column] or "" for column in copy_columns(contracts()["thing"])[:-1])]
    assert row["_row_sha256"] == hashlib.sha256("\t".join(hashed).rstrip("\t").encode()).hexdigest()


def test_values_that_do_not_convert_keep_their_text(parse):
    broken = CSV_ROW.replace("01,US01", "one,US99").replace("1.234,5", "many").replace("31.03.2026", "soon")
    row = parse(CSV, CSV_HEADER + broken.replace("G,", "X,"))[0]["thing"][0]
    assert [row[name] for name in ("line", "entity_id", "kind", "amount", "day")] == [
        "one",
        "US99",
        "X",
        "many",
        "soon",
    ]


def test_a_time_that_is_none_is_left_for_the_payloads_time(parse):
    row = parse(CSV, CSV_HEADER + CSV_ROW.replace("2026-03-31T09:00:00Z", "yesterday"))[0]["thing"][0]
    assert row["_source_updated_at"] is None


def test_conditions_choose_rows_and_tombstones(parse):
    rows, _ = parse(
        CSV,
        CSV_HEADER + CSV_ROW.replace(",G,", ",Z,") + CSV_ROW.replace("INV-007", " ") + CSV_ROW.replace("Z,\n", "Z,Y\n"),
    )
    assert [(row["_row_number"], row["_deleted"]) for row in rows["thing"]] == [("1", "t")]


def test_tabs_line_ends_and_backslashes_survive(parse):
    nasty = 'a\tb\\c\n"",d'
    row = parse(CSV, CSV_HEADER + CSV_ROW.replace("INV-007", f'"{nasty}"'))[0]["thing"][0]
    assert row["number"] == 'a\tb\\c\n",d'
    assert row["_record_key"] == 'a\tb\\c\n",d|1'


def test_a_column_that_nobody_names_is_kept_and_reported(parse):
    rows, parser = parse(CSV, CSV_HEADER.replace("DEL\n", "DEL,NEW\n") + CSV_ROW.replace("Z,\n", "Z,,surprise\n"))
    assert json.loads(rows["thing"][0]["_extra"]) == {"NEW": "surprise"}
    assert parser.objects[0].unknown == ["NEW"]


def test_an_ignored_column_is_neither(parse):
    rows, parser = parse(
        "    ignore: [NEW]\n" + CSV, CSV_HEADER.replace("DEL\n", "DEL,NEW\n") + CSV_ROW.replace("Z,\n", "Z,,surprise\n")
    )
    assert rows["thing"][0]["_extra"] is None
    assert parser.objects[0].unknown == []


def test_extra_values_are_encrypted_where_the_profile_says_so(parse, keys):
    rows, _ = parse(
        "    extra: encrypted\n" + CSV,
        CSV_HEADER.replace("DEL\n", "DEL,NEW\n") + CSV_ROW.replace("Z,\n", "Z,,surprise\n"),
    )
    assert "surprise" not in rows["thing"][0]["_extra"]
    assert keys.decrypt(json.loads(rows["thing"][0]["_extra"])["NEW"]) == "surprise"


def test_a_required_column_that_was_renamed_is_reported_as_missing(parse):
    rows, parser = parse(CSV, CSV_HEADER.replace("LINE", "LINE_NO") + CSV_ROW)
    assert parser.objects[0].missing == ["line"]
    assert parser.objects[0].unknown == ["LINE_NO"]
    assert rows["thing"][0]["line"] is None


JSON = """\
    format: {type: json, records: data}
    objects:
      note:
        fields: {ref: id, text: {join: [head.a, head.b], with: "/", skip_blank: true}}
      thing:
        each: "lines[]"
        fields:
          number: ^.id
          line: "#"
          amount: sums.0.net
          kind: {first: [kind, ^.kind], map: kind, default: B}
          open: flag
          entity_id: {path: "@file", split: ".", part: 0}
"""
PAGE = {
    "data": [
        {
            "id": "I1",
            "kind": "G",
            "head": {"a": "x", "b": None, "c": 3},
            "lines": [
                {"sums": [{"net": 1.10}], "flag": True, "lot": "L9"},
                {"sums": [], "kind": "B", "flag": None},
            ],
        },
        {"id": "I2", "lines": None},
    ]
}


def test_one_payload_feeds_several_objects(parse):
    rows, parser = parse(JSON, json.dumps(PAGE))
    assert [(row["ref"], row["text"]) for row in rows["note"]] == [("I1", "x"), ("I2", None)]
    assert [[row[name] for name in ("number", "line", "amount", "kind", "open")] for row in rows["thing"]] == [
        ["I1", "1", "1.1", "good", "true"],
        ["I1", "2", None, "bad", None],
    ]
    assert {row["entity_id"] for row in rows["thing"]} == {"f"}
    assert parser.objects[0].missing == parser.objects[1].missing == []


def test_fields_that_nobody_names_go_to_the_rows_of_their_level(parse):
    rows, parser = parse(JSON, json.dumps(PAGE))
    assert json.loads(rows["note"][0]["_extra"]) == {"head.c": "3"}
    assert json.loads(rows["thing"][0]["_extra"]) == {"lot": "L9"}
    assert [target.unknown for target in parser.objects] == [["head.c"], ["lines[].lot"]]


def test_a_required_key_that_no_record_has_is_missing_and_a_null_one_is_not(parse):
    feed = "    format: {type: json}\n    objects: {note: {fields: {ref: id}}}\n"
    assert parse(feed, '[{"ID": 1}, {"ID": 2}]')[1].objects[0].missing == ["ref"]
    assert parse(feed, '[{"id": null}]')[1].objects[0].missing == []
    assert parse(feed, "[]")[1].objects[0].missing == []


def test_a_named_function_sees_the_record_and_its_fields_are_no_drift(parse, monkeypatch):
    called = functions.RecordFunction(lambda record: f"{record['a']}-{record['b']}", ("a", "b"))
    monkeypatch.setitem(functions.FUNCTIONS, "glue", called)
    fields = "    objects: {note: {fields: {ref: {function: glue}}}}\n"
    for form, payload in (("json", '[{"a": "1", "b": "2"}]'), ("csv, header: true", "a,b\n1,2\n")):
        rows, parser = parse(f"    format: {{type: {form}}}\n{fields}", payload)
        assert rows["note"][0]["ref"] == "1-2"
        assert parser.objects[0].unknown == []


def test_a_camt_statement_becomes_statement_and_entries(parse):
    feed = """\
    format: {type: camt053}
    objects:
      note: {fields: {ref: statement_id, text: account_masked}}
      thing:
        each: "entries[]"
        fields: {number: ^.statement_id, line: entry_number, amount: amount, open: reversal}
"""
    rows, _ = parse(feed, V08)
    assert rows["note"][0]["text"] == "****3000"
    assert [(row["number"], row["amount"]) for row in rows["thing"]] == [
        ("S1", "-100.00"),
        ("S1", "-10.00"),
        ("S1", "5.00"),
    ]


def test_an_account_number_that_no_mapping_names_is_reported_and_not_kept(parse):
    rows, parser = parse("    format: {type: camt053}\n    objects: {note: {fields: {ref: statement_id}}}\n", V08)
    assert "account_number" in parser.objects[0].unknown
    assert "account_number" not in json.loads(rows["note"][0]["_extra"])
    assert "DE8937" not in str(rows)
