"""Kinds of mess: what becomes of a record when somebody sets the vendor up a second time.

Each kind spoils the name, or what is known beside it. ``UNSEEN`` kinds are never part of what is trained on.
"""

import unicodedata
from collections.abc import Callable
from dataclasses import replace
from random import Random

from sandbox.vendors import vocabulary as words
from sandbox.vendors.model import Name, Record

SHORT = {
    "Medical": "Med", "Surgical": "Surg", "International": "Intl", "Services": "Svcs", "Manufacturing": "Mfg",
    "Laboratories": "Labs", "Pharmaceuticals": "Pharma", "Technologies": "Tech", "Associates": "Assoc",
    "Instruments": "Instr", "Equipment": "Equip", "Supply": "Sup", "Systems": "Sys", "Industries": "Ind",
    "Construction": "Constr", "Engineering": "Eng", "Management": "Mgmt", "Communications": "Comm",
    "Diagnostics": "Diag", "Scientific": "Sci", "Holdings": "Hldgs", "Group": "Grp", "Products": "Prods",
}  # fmt: skip
FORMS = {
    "Inc.": ("Incorporated", "INC", ""), "LLC": ("L.L.C.", "Limited Liability Company", ""),
    "Corp.": ("Corporation", "CORP", ""), "Co.": ("Company", ""), "Ltd.": ("Limited", "LTD", ""),
    "Ltd": ("Limited", ""),
    "Limited": ("Ltd", ""), "GmbH": ("Gesellschaft mit beschränkter Haftung", "G.m.b.H.", ""),
    "AG": ("Aktiengesellschaft", ""),
    "B.V.": ("BV", "B V", ""), "N.V.": ("NV", "N V"), "S.A.": ("SA", "Société Anonyme"), "S.p.A.": ("SPA", "Spa"),
    "S.r.l.": ("SRL", "Srl"), "PLC": ("Public Limited Company", "plc"), "GmbH & Co. KG": ("GmbH und Co KG", "KG"),
}  # fmt: skip
STREETS = {"Street": "St", "Avenue": "Ave", "Road": "Rd", "Drive": "Dr.", "Boulevard": "Blvd", "Lane": "Ln",
           "Parkway": "Pkwy", "Court": "Ct", "Place": "Pl", "North": "N.", "South": "S", "East": "E", "West": "W",
           "straße": "str."}  # fmt: skip
NEAR = {"a": "sq", "e": "wr", "i": "uo", "o": "ip", "r": "et", "s": "ad", "t": "ry", "n": "bm", "l": "k", "c": "xv"}

Spoil = Callable[[Random, Name], str]


def case_and_points(rng: Random, name: Name) -> str:
    """Other case, no points, more blanks."""
    text = name.text
    return rng.choice((text.upper(), text.lower(), text.replace(".", "").replace(" ", "  "), f"{text},"))


def legal_form(rng: Random, name: Name) -> str:
    """The legal form spelt another way, or left out."""
    return Name(name.words, rng.choice(FORMS.get(name.form, ("",)))).text


def abbreviation(rng: Random, name: Name) -> str:
    """Words cut short."""
    return Name(tuple(SHORT.get(word, word) for word in name.words), name.form).text


def word_order(rng: Random, name: Name) -> str:
    """Words transposed."""
    if len(name.words) < 2:
        return name.text.upper()
    first, *rest = name.words
    return rng.choice((f"{' '.join(rest)} {first} {name.form}", f"{' '.join(rest)}, {first}")).strip()


def typo(rng: Random, name: Name) -> str:
    """A letter wrong, missing, doubled or swapped."""
    text = list(" ".join(name.words))
    at = rng.choice([i for i, letter in enumerate(text[:-1]) if i and letter.isalpha()])
    kind = rng.randrange(4)
    if kind == 0:
        text[at] = rng.choice(NEAR.get(text[at].lower(), "aeiou"))
    elif kind == 1:
        del text[at]
    elif kind == 2:
        text.insert(at, text[at])
    else:
        text[at], text[at + 1] = text[at + 1], text[at]
    return f"{''.join(text)} {name.form}".strip()


def trading_name(rng: Random, name: Name) -> str:
    """The name that is traded under beside the legal one."""
    between = rng.choice(("dba", "d/b/a", "t/a", "DBA:", "trading as"))
    other = f"{words.coined(rng)} {rng.choice(rng.choice(words.TRADES))}"
    legal = f"{rng.choice(words.SURNAMES)} Enterprises {name.form}".strip()
    return rng.choice((f"{name.text} {between} {other}", f"{legal} {between} {' '.join(name.words)}"))


def accents(rng: Random, name: Name) -> str:
    """Accents that the other record lacks."""
    text = "".join(
        rng.choice(words.ACCENTS[letter]) if letter in words.ACCENTS and rng.random() < 0.25 else letter
        for letter in name.text
    )
    return unicodedata.normalize(rng.choice(("NFC", "NFD")), text)


def truncated(rng: Random, name: Name) -> str:
    """Cut off by the width of a field."""
    return name.text[: max(12, int(len(name.text) * rng.uniform(0.6, 0.85)))].rstrip(" &,.")


def acronym(rng: Random, name: Name) -> str:
    """First letters instead of the name."""
    letters = [word[0] for word in name.words if word[0].isalpha()]
    return f"{''.join(letters)} {name.form}".strip() if len(letters) >= 3 else name.text.upper()


def joined_words(rng: Random, name: Name) -> str:
    """Two words written as one."""
    if len(name.words) < 2:
        return name.text
    first, second, *rest = name.words
    return f"{first}{second.lower()} {' '.join(rest)} {name.form}".strip().replace("  ", " ")


def annotation(rng: Random, name: Name) -> str:
    """A clerk's note in the name."""
    return rng.choice(
        (f"{name.text} (DO NOT USE)", f"*INACTIVE* {name.text}", f"{name.text} - REMIT TO", f"{name.text} - ACH ONLY")
    )


def misread(rng: Random, name: Name) -> str:
    """Letters as a scanner misreads them."""
    text = " ".join(name.words)
    for right, wrong in (("rn", "m"), ("m", "rn"), ("o", "0"), ("l", "1"), ("i", "l"), ("S", "5"), ("e", "c")):
        at = text.find(right)
        if at >= 0 and rng.random() < 0.5:
            return f"{text[:at]}{wrong}{text[at + len(right) :]} {name.form}".strip()
    return name.text.upper()


def as_it_is(rng: Random, name: Name) -> str:
    """The name unspoilt: something else is."""
    return name.text


NAMES: dict[str, Spoil] = {
    "case_and_points": case_and_points,
    "legal_form": legal_form,
    "abbreviation": abbreviation,
    "word_order": word_order,
    "typo": typo,
    "trading_name": trading_name,
    "accents": accents,
    "truncated": truncated,
    "acronym": acronym,
    "moved": as_it_is,
    "sparse": as_it_is,
    "wrong_tax_id": as_it_is,
    "joined_words": joined_words,
    "annotation": annotation,
    "misread": misread,
}
UNSEEN = ("joined_words", "annotation", "misread")
SEEN = tuple(kind for kind in NAMES if kind not in UNSEEN)
# How often a second record still has a value that the first one has, and how often it is another value of the same
# organisation: a second account, a site's own number, other terms.
KEPT = {
    "tax_id": 0.75, "bank_account": 0.5, "gln": 0.5, "duns": 0.5, "address": 0.8, "phone": 0.65, "email": 0.55,
    "payment_term_code": 0.8,
}  # fmt: skip
CHANGED = {"bank_account": 0.12, "gln": 0.3, "duns": 0.3, "phone": 0.15, "email": 0.1, "payment_term_code": 0.2}
STAYS = ("tax_id", "bank_account", "email")


def spoil(rng: Random, record: Record, name: Name, kind: str) -> Record:
    """Return another record of the same organisation, with this kind of mess and the usual gaps."""
    values = {key: getattr(record, key) if rng.random() < share else "" for key, share in KEPT.items()}
    for key, share in CHANGED.items():
        if values[key] and rng.random() < share:
            values[key] = _another(rng, key, values[key])
    spoilt = replace(record, **values, name=NAMES[kind](rng, name), mess=kind)
    if not spoilt.address:
        spoilt = replace(spoilt, postal_code="", city=record.city if rng.random() < 0.6 else "")
    spoilt = replace(spoilt, address=_street(rng, spoilt.address), phone=_phone(rng, spoilt.phone))
    if rng.random() < 0.3:
        spoilt = replace(spoilt, email=spoilt.email.replace("ar@", "billing@"), country="")
    return _around(rng, record, spoilt, kind)


def _another(rng: Random, key: str, value: str) -> str:
    """Another value of the same kind."""
    if key == "payment_term_code":
        return "N60" if value != "N60" else "N30"
    if key == "email":
        return f"{value.partition('@')[0]}@{words.coined(rng).lower()}.com"
    return value[:4] + "".join(str(rng.randrange(10)) if letter.isdigit() else letter for letter in value[4:])


def _around(rng: Random, record: Record, spoilt: Record, kind: str) -> Record:
    """What a kind does to the rest of the record."""
    if kind == "sparse":
        nothing = dict.fromkeys((*KEPT, "postal_code"), "")
        return replace(spoilt, **{**nothing, "payment_term_code": record.payment_term_code}, city=record.city)
    if kind == "moved":
        return _moved(rng, record, spoilt)
    if kind == "wrong_tax_id" and record.tax_id:
        at = rng.randrange(len(record.tax_id))
        digit = str((int(record.tax_id[at]) + rng.randrange(1, 10)) % 10)
        return replace(spoilt, tax_id=record.tax_id[:at] + digit + record.tax_id[at + 1 :])
    return spoilt


def _moved(rng: Random, record: Record, spoilt: Record) -> Record:
    """Another address and telephone number. One thing that outlives a move is known, where there is one at all."""
    city, index = words.city(rng)
    address = f"{rng.randrange(1, 9999)} {words.street(rng, 'US')}"
    phone = f"{200 + index % 700}-{rng.randrange(100, 999)}-{rng.randrange(1000, 9999)}"
    code = f"{10000 + index * 200 + rng.randrange(30):05d}"
    moved = replace(spoilt, address=address, city=city, postal_code=code, phone=phone)
    known = [key for key in STAYS if getattr(record, key) and "@gmail" not in getattr(record, key)]
    if not any(getattr(moved, key) == getattr(record, key) for key in known):
        moved = replace(moved, **{key: getattr(record, key) for key in known[:1]})
    return moved


def _street(rng: Random, address: str) -> str:
    for long, short in STREETS.items():
        if rng.random() < 0.5:
            address = address.replace(long, short)
    if address and rng.random() < 0.2:
        address = f"{address}, {rng.choice(('Suite', 'Ste', 'Unit'))} {rng.randrange(1, 900)}"
    return address.upper() if rng.random() < 0.3 else address


def _phone(rng: Random, phone: str) -> str:
    digits = "".join(filter(str.isdigit, phone))
    return rng.choice((phone, digits, f"({digits[-10:-7]}) {digits[-7:-4]}-{digits[-4:]}")) if digits else ""
