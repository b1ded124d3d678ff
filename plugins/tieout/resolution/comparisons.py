"""What Splink compares, and at which levels. Levels are in order: the first that holds is the pair's.

Only functions that DuckDB and Spark (with Splink's own jar) both have.
"""

from typing import Any

Level = dict[str, Any]

NAME, PLACE, PHONE, DOMAIN, TERMS, FORM, TAX, BANK, GLN, DUNS = (
    *("name", "place", "phone", "email_domain", "terms", "legal_form", "tax_id", "bank_account", "gln", "duns"),
)

# Of names as long as this, two letters or a beginning are not all that they have.
LONG_NAME = 8


def comparisons() -> list[dict[str, Any]]:
    """Return the comparisons as Splink's settings have them, without trained values."""
    return [
        _comparison(
            NAME,
            _null("name_ordered"),
            _level("name_ordered_l = name_ordered_r", "the same words", term="name_ordered"),
            _level("name_squashed_l = name_squashed_r", "the same letters, divided otherwise"),
            _level(
                "name_traded_l = name_ordered_r or name_ordered_l = name_traded_r or name_traded_l = name_traded_r",
                "one trades under the other's name",
            ),
            _level(
                f"length(name_squashed_l) >= {LONG_NAME} and levenshtein(name_squashed_l, name_squashed_r) <= 2",
                "one or two letters differ",
            ),
            _level(f"{_begins('l', 'r')} or {_begins('r', 'l')}", "one is the other cut short"),
            _level(
                "jaro_winkler_similarity(name_core_l, name_core_r) >= 0.95"
                " or jaro_winkler_similarity(name_ordered_l, name_ordered_r) >= 0.95"
                " or jaro_winkler_similarity(name_squashed_l, name_squashed_r) >= 0.95",
                "almost the same letters",
            ),
            _level("name_head_l = name_head_r", "the same telling words", term="name_head"),
            _level("jaro_winkler_similarity(name_head_l, name_head_r) >= 0.92", "almost the same telling words"),
            _level(
                "list_contains(name_acronyms_r, name_short_l) or list_contains(name_acronyms_l, name_short_r)",
                "one is the other's first letters",
            ),
            _level(
                "jaro_winkler_similarity(name_core_l, name_core_r) >= 0.85"
                " or jaro_winkler_similarity(name_ordered_l, name_ordered_r) >= 0.85",
                "similar letters",
            ),
        ),
        _comparison(
            PLACE,
            _null("address", "postal_code", "city"),
            _level("address_l = address_r and (postal_code_l = postal_code_r or city_l = city_r)", "the same address"),
            _level("address_l = address_r", "the same street and number"),
            _level(
                "jaro_winkler_similarity(address_l, address_r) >= 0.9 and"
                " (postal_code_l = postal_code_r or city_l = city_r)",
                "almost the same address",
            ),
            _level("postal_code_l = postal_code_r", "the same postal code"),
            _level("city_l = city_r", "the same city", term="city"),
        ),
        _exact(PHONE, "phone", "the same number"),
        _exact(DOMAIN, "email_domain", "the same domain"),
        _exact(TERMS, "terms", "the same days"),
        _exact(FORM, "legal_form", "the same form"),
        _comparison(
            TAX,
            _null("tax_token"),
            _level("tax_token_l = tax_token_r", "the same number"),
            _level("tax_last4_l = tax_last4_r", "the same last four digits"),
            _level("levenshtein(tax_last4_l, tax_last4_r) = 1", "three of the last four digits"),
        ),
        _comparison(
            BANK, _null("bank_tokens"), _level("list_has_any(bank_tokens_l, bank_tokens_r)", "an account in common")
        ),
        _exact(GLN, "gln", "the same number"),
        _exact(DUNS, "duns", "the same number"),
    ]


def level_words() -> dict[str, tuple[str, ...]]:
    """Return for each comparison its levels as a person reads them, by Splink's number: 0 is "different"."""
    return {
        made["output_column_name"]: tuple(
            level["label_for_charts"] for level in reversed(made["comparison_levels"]) if not level.get("is_null_level")
        )
        for made in comparisons()
    }


def term_columns() -> list[str]:
    """Return the columns whose frequent values weigh less."""
    levels = (level for made in comparisons() for level in made["comparison_levels"])
    return sorted({level["tf_adjustment_column"] for level in levels if "tf_adjustment_column" in level})


def _comparison(name: str, *levels: Level) -> dict[str, Any]:
    described = [*levels, {"sql_condition": "ELSE", "label_for_charts": "different"}]
    return {"output_column_name": name, "comparison_description": name, "comparison_levels": described}


def _begins(shorter: str, longer: str) -> str:
    """A condition: the name of one side, as it is written, is the beginning of the other's."""
    short, long = (f"replace(name_written_{side}, ' ', '')" for side in (shorter, longer))
    return f"(length({short}) >= {LONG_NAME} and substr({long}, 1, length({short})) = {short})"


def _exact(name: str, column: str, words: str) -> dict[str, Any]:
    return _comparison(name, _null(column), _level(f"{column}_l = {column}_r", words, term=column))


def _level(condition: str, words: str, term: str | None = None) -> Level:
    """A level; with ``term``, agreeing on a rare value of that column weighs more than on a frequent one."""
    level: Level = {"sql_condition": condition, "label_for_charts": words}
    if term:
        level |= {"tf_adjustment_column": term, "tf_adjustment_weight": 1.0}
    return level


def _null(*columns: str) -> Level:
    """Nothing to compare: one side lacks all of these columns, or no column is known on both sides."""
    condition = " and ".join(f"({column}_l is null or {column}_r is null)" for column in columns)
    return {"sql_condition": condition, "label_for_charts": "unknown", "is_null_level": True}
