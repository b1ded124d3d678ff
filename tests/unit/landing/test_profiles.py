"""The grammar of source profiles: every mistake is named with file, line and field."""

from datetime import timedelta

import pytest

from tieout.errors import ConfigurationError
from tieout.landing.marked_yaml import load

GOOD = """\
system: x
kind: erp
version: 2
protocol: rest
maps:
  kind: {G: good, NO: bad, 7: bad}
feeds:
  - name: things
    read: {path: /v1/things, parameters: {since: "{start}"}, pagination: {kind: cursor, next: meta.next, limit: 50}}
    cursor: {overlap: PT15M}
    format: {type: json, records: data}
    objects:
      thing:
        each: "lines[]"
        where: {path: KIND, in: [G, B]}
        updated_at: ^.changed
        fields:
          number: ^.id
          line: "#"
          kind: {path: KIND, map: kind}
          amount: {path: AMT, sign: negate, decimal: ","}
          day: {path: DAY, format: "%d.%m.%Y"}
          account: IBAN
"""


def test_a_good_profile_is_read(read):
    profile, problems = read(GOOD)
    assert problems == []
    (feed,) = profile.feeds
    assert feed.cursor.overlap == timedelta(minutes=15)
    assert feed.read.pagination.limit == 50
    assert profile.maps["kind"] == {"G": "good", "NO": "bad", "7": "bad"}
    assert feed.objects[0].fields["amount"].sign == "negate"


MISTAKES = [
    ("kind: erp\n", "kind: erb\n", 2, "kind", "did you mean 'erp'"),
    ("version: 2\n", "", 1, "", "'version' is missing"),
    ("version: 2\n", "version: 2\nversoin: 3\n", 4, "versoin", "unknown key (did you mean 'version'?)"),
    ("system: x", "system: X-1", 1, "system", "is not a name"),
    ("protocol: rest\n", "", 7, "feeds.0", "'protocol' is missing"),
    ("      thing:", "      thign:", 13, "feeds.0.objects.thign", "is not an interface object"),
    ('          line: "#"\n', "", 17, "feeds.0.objects.thing.fields", "'line' is missing: thing requires it"),
    ("amount: {path: AMT", "amuont: {path: AMT", 21, "feeds.0.objects.thing.fields.amuont", "has no such field"),
    ("map: kind}", "map: kinds}", 20, "feeds.0.objects.thing.fields.kind.map", "there is no code map 'kinds'"),
    ("G: good", "G: fine", 20, "feeds.0.objects.thing.fields.kind", "gives 'fine', which is not one of good, bad"),
    ("path: AMT, sign: negate", "path: AMT, sign: flip", 21, "fields.amount.sign", "'flip' is not one of"),
    ("{path: AMT,", "{path: AMT, constant: 1,", 21, "fields.amount", "needs exactly one of"),
    ('format: "%d.%m.%Y"', 'format: "%d.%m.%q"', 22, "fields.day.format", "is not a date format"),
    (
        '{path: DAY, format: "%d.%m.%Y"}',
        "{path: DAY, sign: negate}",
        22,
        "fields.day.sign",
        "does not fit a field of type",
    ),
    ("account: IBAN", "account: {path: IBAN, default: x}", 23, "fields.account", "is sensitive"),
    ("account: IBAN", "normal: N", 23, "fields.normal", "is derived by the contract"),
    ("PT15M", "15 minutes", 10, "cursor.overlap", "is not an ISO 8601 duration"),
    ("kind: cursor", "kind: courser", 9, "pagination.kind", "did you mean 'cursor'"),
    ('"{start}"', '"{begin}"', 9, "parameters.since", "knows only {start} and {end}"),
    ('each: "lines[]"', "each: lines", 14, "each", "must name lists"),
    ("{path: KIND, in: [G, B]}", "{path: KIND}", 15, "where", "needs exactly one of in, equals"),
    ("type: json", "type: jsn", 11, "format.type", "did you mean 'json'"),
    ("{type: json, records: data}", "{type: csv}", 11, "format", "needs either 'header: true' or 'columns'"),
    ("{type: json, records: data}", "{type: csv, header: true}", 14, "each", "delimited text has no lists"),
    ("  - name: things", "  - name: things\n    time_zone: Mars/Base", 9, "time_zone", "is not a time zone"),
]


@pytest.mark.parametrize(("old", "new", "line", "field", "message"), MISTAKES)
def test_a_mistake_is_named_with_line_and_field(read, old, new, line, field, message):
    assert old in GOOD
    _, problems = read(GOOD.replace(old, new))
    found = [problem for problem in problems if message in problem.message and problem.field.endswith(field)]
    assert [problem.line for problem in found] == [line], problems
    assert str(found[0]).startswith(f"x.yml:{line}: ")


FILES = """\
system: x
kind: files
version: 1
protocol: sftp
feeds:
  - name: notes
    read: {directory: out, pattern: "*.csv"}
    format: {type: csv, columns: [REF, TEXT], encoding: [utf-8, cp1252], trailer: {starts_with: T, count: 1}}
    objects:
      note: {fields: {ref: REF, text: TEXT}}
"""


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("directory: out", "directory: ../etc", "is not a relative folder"),
        ("directory: out", "directory: /etc", "is not a relative folder"),
        ("text: TEXT", "text: TXET", "'TXET' is not one of the format's columns"),
        ("cp1252", "latin-99", "'latin-99' is not an encoding"),
        ("[REF, TEXT]", "[REF, REF, TEXT]", "'REF' is named twice"),
        ("    objects:", "    cursor: {field: x}\n    objects:", "files have no cursor"),
        ("note: {fields", "note: {sweep: true, fields", "only a full read"),
        ('pattern: "*.csv"', 'pattern: "*.csv", marker: done.ok', "needs * where the file's name goes"),
        ('pattern: "*.csv"', 'pattern: "*.csv", await: 2 hours', "is not an ISO 8601 duration"),
        ('pattern: "*.csv"', "await: PT2H", "needs a pattern that folders do not match: '*' matches '.'"),
        ('pattern: "*.csv"', 'pattern: "out*", done: old/out_done, await: PT2H', "'out*' matches 'out_done'"),
    ],
)
def test_a_mistake_in_a_feed_of_files_is_named(read, old, new, message):
    assert read(FILES)[1] == []
    assert any(message in problem.message for problem in read(FILES.replace(old, new))[1])


def test_files_are_awaited_by_sftp_only(read):
    awaiting = FILES.replace('"*.csv"', '"*.csv", await: PT2H')
    profile, problems = read(awaiting)
    assert problems == []
    assert profile.feeds[0].read.awaited == timedelta(hours=2)
    (problem,) = read(awaiting.replace("protocol: sftp", "protocol: folder"))[1]
    assert str(problem) == "x.yml:7: feeds.0.read.await: only files by SFTP are awaited"


def test_two_feeds_do_not_share_a_name(read):
    twice = FILES + FILES[FILES.index("  - name") :]
    assert any("another feed is called 'notes'" in problem.message for problem in read(twice)[1])


def test_a_key_written_twice_and_a_file_that_is_not_yaml_are_named_by_line():
    with pytest.raises(ConfigurationError, match=r"f.yml:2: 'a' is written twice"):
        load("a: 1\na: 2\n", "f.yml")
    with pytest.raises(ConfigurationError, match=r"f.yml:2: not YAML"):
        load("a: [1\nb: }", "f.yml")


def test_words_of_yaml_that_surprise_are_texts():
    assert load("{a: NO, b: on, c: 2026-03-01, d: 007, e: true, f: 7, g: '7', h: 1.10}", "f.yml").value == {
        "a": "NO",
        "b": "on",
        "c": "2026-03-01",
        "d": "007",
        "e": True,
        "f": 7,
        "g": "7",
        "h": "1.10",
    }
