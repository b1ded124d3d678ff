"""Organisations of a seed: unlike ones, and near misses that share something with another but are not it."""

import hashlib
from dataclasses import replace
from random import Random

from sandbox.vendors import vocabulary as words
from sandbox.vendors.model import Name, Organisation, Record

# Every fourth organisation is a near miss of an earlier one.
DECOYS = ("sister", "namesake", "neighbour", "numbered", "factored", "agent")
DECOY_SHARE = 0.25
TERMS = ("N30", "N30", "N30", "N45", "N10", "N60", "2/10 N30")


def organisations(count: int, seed: int, part: int) -> list[Organisation]:
    """Make organisations. Names of part 0 and part 1 never meet, whatever the seeds."""
    rng = Random(f"{seed}:organisations:{part}")
    made: list[Organisation] = []
    used: set[tuple[str, ...]] = set()
    while len(made) < count:
        if made and rng.random() < DECOY_SHARE:
            other = made[rng.randrange(max(0, len(made) - 5000), len(made))]
            decoy = _decoy(rng, f"{'AB'[part]}{len(made)}", other, rng.choice(DECOYS))
            if _part(decoy.name) == part and (decoy.name.words not in used or decoy.decoy == "namesake"):
                used.add(decoy.name.words)
                made.append(decoy)
            continue
        country = rng.choice(words.SHARE)
        name = _name(rng, country)
        if name.words in used or _part(name) != part:
            continue
        used.add(name.words)
        made.append(
            Organisation(f"{'AB'[part]}{len(made)}", name, _record(rng, f"{'AB'[part]}{len(made)}", name, country))
        )
    return made


def _part(name: Name) -> int:
    """Which part a name belongs to, by the word that its near misses keep."""
    return hashlib.sha256(name.words[0].casefold().encode()).digest()[0] % 2


def _name(rng: Random, country: str) -> Name:
    trade = rng.choice(rng.choice(words.TRADES)).split()
    kind = rng.random()
    if kind < 0.45:
        parts = [words.coined(rng), *trade]
    elif kind < 0.65:
        parts = [rng.choice(words.SURNAMES), rng.choice(words.SURNAMES), *trade]
    elif kind < 0.75:
        parts = [rng.choice(words.SURNAMES), "&", rng.choice(words.SURNAMES), rng.choice(("Associates", "Sons", "Law"))]
    elif kind < 0.85:
        parts = [*rng.choice(words.PLACES).split(), rng.choice(words.SURNAMES), *trade]
    elif kind < 0.95:
        parts = [words.coined(rng), *trade, *rng.choice(words.QUALIFIERS).split()]
    else:
        parts = [rng.choice(words.SURNAMES), rng.choice(words.FIRST_NAMES), rng.choice(("MD", "DDS", "PhD"))]
    return Name(tuple(parts), rng.choice(words.COUNTRIES[country][0]))


def _record(rng: Random, entity: str, name: Name, country: str) -> Record:
    _, printed, prefix, ending = words.COUNTRIES[country]
    city, index = words.city(rng)
    domain = "".join(filter(str.isalnum, "".join(name.words))).lower() + rng.choice(("", "", "inc", "group"))
    mailbox = rng.random() < 0.12
    return Record(
        vendor_id="",
        entity=entity,
        mess="",
        name=name.text,
        tax_id=_digits(rng, 9) if rng.random() < 0.9 else "",
        bank_account=_digits(rng, 12) if rng.random() < 0.9 else "",
        gln=_digits(rng, 13) if rng.random() < 0.1 else "",
        duns=_digits(rng, 9) if rng.random() < 0.15 else "",
        address=printed.format(number=rng.randrange(1, 9999), street=words.street(rng, country)),
        city=city,
        postal_code=f"{10000 + index * 200 + rng.randrange(30):05d}",
        country=country,
        phone=f"{prefix} {200 + index % 700} {_digits(rng, 3)} {_digits(rng, 4)}" if rng.random() < 0.9 else "",
        email=f"ar@{'gmail.com' if mailbox else f'{domain}.{ending}'}" if rng.random() < 0.8 else "",
        payment_term_code=rng.choice(TERMS),
    )


def _decoy(rng: Random, entity: str, other: Organisation, kind: str) -> Organisation:
    """An organisation that is not the other one, though something is the same."""
    theirs, country = other.record, other.record.country
    fresh = _name(rng, country)
    if kind in ("sister", "numbered"):
        name = _sister(rng, other.name) if kind == "sister" else _numbered(rng, other.name)
    elif kind == "namesake":
        name = replace(other.name, form=rng.choice(words.COUNTRIES[country][0]))
    else:
        name = fresh
    own = _record(rng, entity, name, country)
    place = {key: getattr(theirs, key) for key in ("address", "city", "postal_code")}
    if kind in ("sister", "numbered"):
        contact = {"phone": theirs.phone, "email": theirs.email}
        own = replace(own, **place, **{key: value for key, value in contact.items() if rng.random() < 0.6})
    elif kind == "namesake":
        own = replace(own, email=own.email.replace("@", f"@{own.city.split()[0].lower()}-"))
    elif kind == "neighbour":
        own = replace(own, **place)
    elif kind == "factored":
        own = replace(own, bank_account=theirs.bank_account)
    elif kind == "agent":
        own = replace(own, phone=theirs.phone)
    return Organisation(entity, name, own, kind)


def _sister(rng: Random, name: Name) -> Name:
    """The same first word, another trade."""
    return Name((name.words[0], *rng.choice(rng.choice(words.TRADES)).split()), name.form)


def _numbered(rng: Random, name: Name) -> Name:
    """The same name with another number."""
    bare = tuple(word for word in name.words if not word.isdigit())
    return Name((*bare, str(rng.randrange(100, 999))), name.form)


def _digits(rng: Random, count: int) -> str:
    return str(rng.randrange(10 ** (count - 1), 10**count))
