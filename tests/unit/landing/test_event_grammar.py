"""`events` of a profile: what a system sends maps like a feed, and every mistake is named with its line."""

import pytest

from tieout.formats.json import JsonFormat

PROFILE = """\
system: x
kind: ap
version: 1
protocol: rest
time_zone: Europe/Berlin
events:
  connection: x_events
  records:
    - {types: [thing.made, thing.changed], feed: things}
    - types: [note.written]
      objects:
        note:
          updated_at: at
          fields: {ref: id}
feeds:
  - name: things
    read: {path: /things}
    format: {type: json, records: data}
    ignore: [noise]
    objects:
      thing: {updated_at: changed, fields: {number: id, line: line}}
  - name: table
    read: {path: /table}
    format: {type: csv, header: true}
    objects:
      thing: {fields: {number: id, line: line}}
"""


def test_events_map_as_a_feed_does_or_by_themselves_and_their_payload_is_a_list_of_envelopes(read):
    profile, problems = read(PROFILE)
    assert problems == []
    events = profile.events
    assert (events.connection, events.max_bytes, events.objects) == ("x_events", 262144, ["note", "thing"])
    made, written = events.record_of("thing.made").feed, events.record_of("note.written").feed
    assert (made.objects, made.ignore) == (profile.feeds[0].objects, ("noise",))
    assert [mapping.object for mapping in written.objects] == ["note"]
    assert {made.name, written.name, events.record_of("thing.changed").feed.name} == {"events"}
    assert made.format == written.format == JsonFormat(within="data")
    assert events.record_of("thing.lost") is None


MISTAKES = [
    ("  connection: x_events\n", "", 6, "events", "'connection' is missing"),
    ("connection: x_events", "conection: x_events", 7, "events.conection", "did you mean 'connection'"),
    ("feed: things}", "feed: thigns}", 9, "events.records.0.feed", "did you mean 'things'"),
    ("feed: things}", "feed: table}", 9, "events.records.0.feed", "'table' is not JSON"),
    ("feed: things}", "feed: table}", 9, "events.records.0.feed", "has an object without 'updated_at'"),
    (", feed: things}", "}", 9, "events.records.0", "needs either 'feed' or 'objects'"),
    ("feed: things}", "feed: things, ignore: [a]}", 9, "events.records.0.ignore", "belongs to 'objects'"),
    ("[note.written]", "[thing.made]", 10, "events.records.1.types", "'thing.made' is named twice"),
    ("[note.written]", "[Note written]", 10, "events.records.1.types", "is not a type such as"),
    ("          updated_at: at\n", "", 12, "events.records.1.objects.note", "'updated_at' is missing"),
    ("updated_at: at\n", "updated_at: at\n          sweep: true\n", 14, "note.sweep", "cannot tell what is missing"),
    ("{ref: id}", "{ref: id, txt: t}", 14, "events.records.1.objects.note.fields.txt", "note has no such field"),
    ("{ref: id}", "{text: t}", 14, "events.records.1.objects.note.fields", "'ref' is missing: note requires it"),
    ("x_events\n", "x_events\n  max_bytes: 99999999\n", 8, "events.max_bytes", "must be at most"),
]


@pytest.mark.parametrize(("good", "bad", "line", "field", "message"), MISTAKES)
def test_a_mistake_is_named_with_line_and_field(read, good, bad, line, field, message):
    assert good in PROFILE
    _, problems = read(PROFILE.replace(good, bad, 1))
    assert [
        problem
        for problem in problems
        if problem.line == line and field in problem.field and message in problem.message
    ], problems
