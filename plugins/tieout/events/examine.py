"""Whether one event maps onto interface objects: so that one that does not stops no other."""

from collections.abc import Mapping
from typing import Any

from tieout.errors import MalformedPayload
from tieout.formats import json
from tieout.landing.expressions import Vocabulary
from tieout.landing.mapping import LINEAGE, Facts
from tieout.landing.parse import FeedParser, ObjectRows, missing_fields
from tieout.landing.profile import Feed
from tieout.landing.records import RecordRows
from tieout.warehouse.contracts import Contract

_KEY = LINEAGE.index("_record_key")
_TIME = LINEAGE.index("_source_updated_at")
_FIELDS = max(_KEY, _TIME) + 1
ADVICE = "Ask the system's owner; its scheduled extraction brings the record."


class Examiner:
    """Looks at events of one kind, one by one, as landing will read them."""

    def __init__(self, feed: Feed, contracts: Mapping[str, Contract], vocabulary: Vocabulary, facts: Facts) -> None:
        self._feed = feed
        self._objects = FeedParser(feed, contracts, vocabulary).objects
        self._facts = facts

    def rows(self, body: bytes) -> dict[str, int]:
        """Return how many rows of each object an event's body makes.

        Raises:
            MalformedPayload: it makes none, or one without a required field, a key or a time of change; the message
                names objects and fields, no value.
        """
        document = json.parse(body)
        (envelope,) = json.records(document, None) or [{}]
        found = {target.mapping.object: self._count(target, envelope.get("data")) for target in self._objects}
        if not any(found.values()):
            raise MalformedPayload("The event's data holds no record.", ADVICE)
        return found

    def _count(self, target: ObjectRows, data: Any) -> int:
        if not isinstance(data, dict):
            raise MalformedPayload("The event's data is not a record.", ADVICE)
        name = target.mapping.object
        reader = RecordRows(self._feed, target.mapping, None)
        rows = sum(1 for _ in reader.rows([data]))
        missing = missing_fields(target.contract, target.mapping, reader.unseen) if rows else set()
        if missing:
            raise MalformedPayload(f"{name} lacks {', '.join(sorted(missing))}.", ADVICE)
        before = target.number
        for lines in target.write_records([data], 0, self._facts):
            for line in lines:
                values = line.split("\t", _FIELDS)
                if not values[_KEY].strip("|"):
                    raise MalformedPayload(f"{name} has a blank key.", ADVICE)
                if not values[_TIME]:
                    raise MalformedPayload(f"{name} does not say when it changed.", ADVICE)
        return target.number - before


def joined(bodies: list[bytes]) -> bytes:
    """Return one payload of several events: a JSON list of the bodies, each exactly as received."""
    return b"[" + b",\n".join(bodies) + b"]"
