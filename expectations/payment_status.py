"""Expectations of a status that a bank gives to a file, a group of payments or a payment."""

from tieout.quality.rules import Check, critical

CHECKS: tuple[Check, ...] = (
    critical(
        "names_what_it_is_about",
        ["level", "message_ref", "group_ref", "end_to_end_id", "instruction_id"],
        fails_when=(
            'case "level" when \'file\' then "message_ref" when \'group\' then "group_ref"'
            ' else coalesce("end_to_end_id", "instruction_id") end is null'
        ),
        says="A status names the file, the group or the payment that it is about.",
    ),
)
