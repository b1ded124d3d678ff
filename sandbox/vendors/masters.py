"""A vendor master of a seed: organisations, most of them once, some several times."""

import hashlib
from collections.abc import Sequence
from dataclasses import asdict, replace
from random import Random

from sandbox.vendors.mess import SEEN, UNSEEN, spoil
from sandbox.vendors.model import Record
from sandbox.vendors.organisations import organisations

TRAINING, TEST = 0, 1
COPIES = (0,) * 11 + (1,) * 6 + (2,) * 2 + (3,)


def master(count: int, seed: int, part: int = TEST) -> list[Record]:
    """Return the vendor numbers of ``count`` organisations in no order. The training part has no unseen mess."""
    rng = Random(f"{seed}:master:{part}")
    kinds: Sequence[str] = SEEN if part == TRAINING else (*SEEN, *UNSEEN)
    records: list[Record] = []
    for organisation in organisations(count, seed, part):
        records.append(replace(organisation.record, mess="none"))
        for _ in range(rng.choice(COPIES)):
            records.append(spoil(rng, organisation.record, organisation.name, rng.choice(kinds)))
    rng.shuffle(records)
    return [replace(record, vendor_id=f"erp_{'ab'[n % 2]}:{100000 + n}") for n, record in enumerate(records)]


def as_row(record: Record) -> dict[str, str]:
    """Return a record as the warehouse would hold it: numbers of tax and bank are tokens and last four digits."""
    row = asdict(record)
    for kind, short in (("tax_id", "tax_id"), ("bank_account", "bank")):
        value = row.pop(kind)
        row[f"{short}_token"] = hashlib.sha256(f"{kind}:{value}".encode()).hexdigest()[:32] if value else ""
        row[f"{short}_last4"] = value[-4:]
    return row
