"""The open alerts, for ``make status``."""

import psycopg
from rich.console import Console
from rich.table import Table

OPEN = """
select severity, title, members, first_at, coalesce('docs/runbooks/' || runbook || '.md', '')
from ops.alert
where state = 'open'
order by severity, audience desc, first_at
"""


def show(dsn: str, console: Console) -> None:
    """Print the alerts that are open, or that none is; nothing where the warehouse does not answer."""
    try:
        with psycopg.connect(dsn, connect_timeout=5) as connection:
            rows = connection.execute(OPEN).fetchall()
    except psycopg.Error as error:
        console.print(f"alerts: unknown, the warehouse does not answer ({type(error).__name__})")
        return
    if not rows:
        console.print("alerts: none open")
        return
    table = Table("severity", "what", "members", "since", "what to do", title="Open alerts", title_justify="left")
    for severity, title, members, since, page in rows:
        table.add_row(severity, title, f"{members:,}", f"{since:%Y-%m-%d %H:%M}", page)
    console.print(table)
