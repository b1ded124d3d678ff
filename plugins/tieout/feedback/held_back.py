"""What waits while its operation is off or in shadow, and may be wrong by the time that it is live again.

No message is made of what is concluded meanwhile, so nothing replaces what waits. A publication puts it out of reach of
delivering runs, and gives it back when the mode is live: by then it has made the messages that replace what is not
concluded any more. Rules: docs/reference/feedback.md, Modes.
"""

from collections.abc import Iterable

import psycopg
from psycopg.types.json import Jsonb

from tieout.feedback.taking import LIVE
from tieout.feedback.targets import Target

# No moment that anybody waits for; a date that Python can hold.
OUT_OF_REACH = "9999-12-31 00:00:00+00"
_HOLD = f"""
    update feedback.queue
    set due_at = %(out_of_reach)s
    where message_id in (
        select q.message_id
        from feedback.queue as q
        where q.target = %(target)s and q.due_at < %(out_of_reach)s and ({LIVE}) is not true
        for update skip locked
    )
"""  # noqa: S608 - the text is ours; values are parameters
_GIVE_BACK = f"""
    update feedback.queue as q
    set due_at = 'epoch'
    where q.target = %(target)s and q.due_at = %(out_of_reach)s and {LIVE}
"""  # noqa: S608 - the text is ours; values are parameters


def hold_back(connection: psycopg.Connection, targets: Iterable[Target]) -> None:
    """Hold back what waits and is not live, give back what is live again; the caller commits.

    To be called when the messages were made that replace what waits.
    """
    for target in targets:
        parameters = {"target": target.name, "modes": Jsonb(target.modes), "out_of_reach": OUT_OF_REACH}
        connection.execute(_HOLD.encode(), parameters)
        connection.execute(_GIVE_BACK.encode(), parameters)
