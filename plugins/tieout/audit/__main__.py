"""Verify the audit trail from a shell: ``python -m tieout.audit verify [--dsn URL]``.

Without ``--dsn``: warehouse, archive and keys of this deployment, from its Airflow connections. With it: that
warehouse's chain alone, as an auditor may read it; the anchors in the archive need the archive's keys.
"""

import argparse
import sys

from tieout.archive.store import Archive
from tieout.audit.verify import Report, verify
from tieout.warehouse.connection import connect


def main(arguments: list[str]) -> int:
    """Verify; return 1 where something was found."""
    parser = argparse.ArgumentParser(prog="python -m tieout.audit", description=__doc__)
    command = parser.add_subparsers(required=True).add_parser("verify", help="verify chain and anchors")
    command.add_argument("--dsn", help="URL of a warehouse; its chain alone is verified")
    options = parser.parse_args(arguments)
    dsn, archive = (options.dsn, None) if options.dsn else _deployment()
    with connect(dsn) as connection:
        report = verify(connection, archive)
    for line in lines(report, anchored=archive is not None):
        print(line)  # noqa: T201 - a person reads it
    return 1 if report.findings.count else 0


def lines(report: Report, *, anchored: bool) -> list[str]:
    """Return the report for a person."""
    compared = f"{report.anchors} anchors agree" if anchored else "anchors were not looked at"
    left = report.findings.count - len(report.findings.shown)
    return [
        f"{report.positions} positions, {report.waiting} events wait for the appender, {compared}.",
        *report.notes,
        *report.findings.shown,
        *([f"… and {left} findings more."] if left else []),
        f"{report.findings.count} findings." if report.findings.count else "Nothing was changed.",
    ]


def _deployment() -> tuple[str, Archive]:
    from tieout.operators.connections import archive_root, keys, warehouse_dsn

    return warehouse_dsn(), Archive(archive_root(), keys())


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
