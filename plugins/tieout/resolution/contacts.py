"""Addresses, telephone numbers, e-mail domains and terms in the one spelling in which they are compared."""

import re

from tieout.resolution.texts import plain, word_list, word_map

STREETS: dict[str, str] = word_map(
    "street=st strasse=str straat=str avenue=ave av=ave avenida=ave road=rd drive=dr boulevard=blvd "
    "boul=blvd lane=ln court=ct place=pl square=sq highway=hwy parkway=pkwy pkway=pkwy circle=cir "
    "terrace=ter trail=trl way=wy turnpike=tpke plaza=plz center=ctr centre=ctr north=n south=s east=e "
    "west=w northeast=ne northwest=nw southeast=se southwest=sw building=bldg floor=fl saint=st mount=mt "
    "platz=pl rue=r industrial=ind estate=est park=pk first=1st second=2nd third=3rd fourth=4th fifth=5th "
    "sixth=6th"
)
_UNIT = re.compile(
    r"\b(?:suite|ste|unit|apt|apartment|room|rm|floor|fl|bldg|building|dept|department|mail stop|ms)\b.*$"
)
_BOX = re.compile(r"\b(?:p ?o ?box|post office box|po bx|pob|postfach|postbus|bp|apartado|lock ?box)\s*(\d+)")
_NUMBER = re.compile(r"\d+[a-z]?")
_JOINED_STREET = re.compile(r"(?<=[a-z]{3})(strasse|straat)$")
# Providers of mailboxes: their domain says nothing about who writes.
MAILBOXES = frozenset(
    word_list(
        "gmail.com yahoo.com hotmail.com outlook.com aol.com icloud.com msn.com live.com comcast.net att.net "
        "verizon.net sbcglobal.net me.com gmx.de gmx.net web.de t-online.de orange.fr free.fr wanadoo.fr "
        "ziggo.nl btinternet.com mail.com protonmail.com"
    )
)
# One level of these belongs to the registry, not to the organisation.
SECOND_LEVEL = frozenset(("co", "com", "org", "net", "ac", "gov", "ltd", "plc"))
PHONE_DIGITS = 9
NO_PHONE = frozenset(str(digit) * PHONE_DIGITS for digit in range(10)) | {"123456789", "234567890"}


def address(text: str | None) -> str:
    """Return the normal spelling of a street address, its number first; blank for none.

    A post office box wins over a street. Suite, floor and department are left out.
    """
    words = plain(text)
    box = _BOX.search(words)
    if box:
        return f"box {box.group(1)}"
    shorter = _UNIT.sub("", words).strip() or words
    line = [STREETS.get(word, word) for word in (_JOINED_STREET.sub("str", word) for word in shorter.split())]
    number = next((word for word in line if _NUMBER.fullmatch(word)), "")
    rest = [word for word in line if word != number]
    return " ".join([number, *rest] if number else rest)


def phone(text: str | None) -> str:
    """Return the last nine digits, which are the same with and without country code; blank where there are fewer."""
    base = re.split(r"(?:ext|x)\.?\s*\d+\s*$", (text or "").casefold())[0]
    digits = re.sub(r"\D", "", base)
    last = digits[-PHONE_DIGITS:]
    return last if len(last) == PHONE_DIGITS and last not in NO_PHONE else ""


def email_domain(text: str | None) -> str:
    """Return the organisation's own domain; blank for none and for providers of mailboxes."""
    host = (text or "").strip().casefold().rpartition("@")[2].strip(" .>;,")
    labels = host.split(".")
    if len(labels) < 2 or host in MAILBOXES:
        return ""
    kept = 3 if len(labels) > 2 and labels[-2] in SECOND_LEVEL else 2
    return ".".join(labels[-kept:])


def postal_code(text: str | None) -> str:
    """Return letters and digits; of a United States code the first five digits."""
    code = plain(text).replace(" ", "")
    return code[:5] if code.isdigit() and len(code) == 9 else code


def city(text: str | None) -> str:
    """Return the city's plain name, with Saint, Fort and Mount spelt out."""
    spelt = {"st": "saint", "ste": "saint", "ft": "fort", "mt": "mount"}
    return " ".join(spelt.get(word, word) for word in plain(text).split())


def terms(code: str | None) -> str:
    """Return the days of payment terms where the code has them (``N30``, ``Net 30``, ``2/10 net 30``: 30)."""
    days = re.findall(r"\d+", code or "")
    return days[-1].lstrip("0") or "0" if days else plain(code)
