"""Words that organisations, streets and cities are named with."""

from random import Random

from faker.providers.address.en_US import Provider as Addresses
from faker.providers.person.en_US import Provider as People


def _words(text: str) -> list[str]:
    return text.split()


SURNAMES = tuple(sorted(set(People.last_names)))
FIRST_NAMES = tuple(sorted(set(People.first_names)))
SYLLABLES_A = _words(
    "al am ar as ba be bi bra ca ce cor cy da del den do el en ex fa fer fi ga gen gly ha hel hy in is jo "
    "ka ke kor la lo lu ma mer mi mo na neo no nu om or pa per phy pra qua ra re ri ro sa se si so sta "
    "syn ta te tri ul va ve vi vo wel xa xe ya zan ze"
)
SYLLABLES_B = _words(
    "ba be ca cel co da de di do fa fi ga go ja ka ki la le li lo ma me mi na ne ni no pa pe pi ra re ri "
    "ro sa se si so ta te ti to va ve vi vo za ze"
)
ENDINGS = _words("x n r s ra ta ris tek lon dyn med gen lix nova zyme plex var mar tis dia cor via rix nix tron line")
TRADES = (
    ("Medical", "Surgical", "Healthcare", "Medical Supply", "Medical Devices", "Surgical Instruments", "Orthopedics"),
    ("Pharmaceuticals", "Pharmacy Services", "Biologics", "Therapeutics", "Diagnostics", "Laboratories"),
    ("Imaging", "Radiology Services", "Dental Supply", "Scientific", "Instruments", "Life Sciences"),
    ("Foods", "Produce", "Linen Services", "Laundry", "Uniforms", "Paper Products", "Office Supply", "Furniture"),
    ("Engineering", "Plumbing", "Electric", "Mechanical Services", "Construction", "Roofing", "Elevator", "Painting"),
    ("Staffing", "Consulting", "Security Services", "Transport", "Logistics", "Waste Management", "Landscaping"),
    ("Software", "Systems", "Technologies", "Communications", "Printing", "Manufacturing", "Industries", "Equipment"),
)
PLACES = (
    *("Northern", "Southern", "Eastern", "Western", "Midwest", "Pacific", "Atlantic", "Great Lakes", "Lone Star"),
    *("Tri-State", "Blue Ridge", "Capital", "Heartland", "Gulf Coast", "Mid-America", "New England", "Rocky Mountain"),
)
QUALIFIERS = ("Group", "International", "Holdings", "Partners", "Associates", "Solutions", "Services", "of America")
# Country → (legal forms, how a street is printed, telephone prefix, ending of domains).
COUNTRIES: dict[str, tuple[tuple[str, ...], str, str, str]] = {
    "US": (("Inc.", "LLC", "Corp.", "Co.", "Ltd.", "LP", "Incorporated", ""), "{number} {street}", "+1", "com"),
    "CA": (("Inc.", "Ltd.", "Limited", "Corp."), "{number} {street}", "+1", "ca"),
    "GB": (("Ltd", "Limited", "PLC", "LLP"), "{number} {street}", "+44", "co.uk"),
    "DE": (("GmbH", "AG", "GmbH & Co. KG", "KG"), "{street} {number}", "+49", "de"),
    "FR": (("S.A.", "SARL", "S.A.S."), "{number} {street}", "+33", "fr"),
    "NL": (("B.V.", "N.V."), "{street} {number}", "+31", "nl"),
    "IT": (("S.p.A.", "S.r.l."), "{street} {number}", "+39", "it"),
}
SHARE = ("US",) * 30 + ("CA",) * 3 + ("GB",) * 3 + ("DE",) * 2 + ("FR", "NL", "IT")
STREET_WORDS = {
    "DE": ("Haupt{s}", "Bahnhof{s}", "Industrie{s}", "{w}weg", "{w}platz"),
    "NL": ("{w}straat", "{w}weg", "{w}laan", "Industrieweg"),
    "FR": ("Rue {w}", "Avenue {w}", "Boulevard {w}"),
    "IT": ("Via {w}", "Corso {w}", "Piazza {w}"),
}
STREET_KINDS = ("Street", "Avenue", "Road", "Drive", "Boulevard", "Lane", "Court", "Parkway", "Way", "Place")
ACCENTS = {"a": "àáâä", "e": "éèêë", "i": "íî", "o": "öôó", "u": "üûú", "n": "ñ", "c": "ç"}


def coined(rng: Random) -> str:
    """A word that is nobody's yet, most likely."""
    middle = "".join(rng.choice(SYLLABLES_B) for _ in range(rng.choice((0, 1, 1))))
    return (rng.choice(SYLLABLES_A) + middle + rng.choice(ENDINGS)).capitalize()


def city(rng: Random) -> tuple[str, int]:
    """A city of some hundred, and its number: the same city has the same postal codes."""
    index = int(rng.triangular(0, 400, 0))
    own = Random(index)
    word = own.choice(SURNAMES)
    name = own.choice((f"{own.choice(Addresses.city_prefixes)} {word}", f"{word}{own.choice(Addresses.city_suffixes)}"))
    return name, index


def street(rng: Random, country: str) -> str:
    """A street's name as the country prints it."""
    word = rng.choice(SURNAMES)
    pattern = rng.choice(STREET_WORDS.get(country, ("{w} {k}", "{d} {w} {k}", "{n} {k}")))
    return pattern.format(
        w=word,
        s="straße",
        k=rng.choice(STREET_KINDS),
        d=rng.choice(("North", "South", "East", "West")),
        n=_ordinal(rng.randrange(11, 99)),
    )


def _ordinal(number: int) -> str:
    ending = {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th") if number > 20 else "th"
    return f"{number}{ending}"
