"""Which vendor numbers are one vendor: record linkage without Airflow and without a database of its own.

Rows in, rows out: ``linkage`` scores pairs, ``decide`` turns links and people's decisions into clusters and proposals,
``golden`` chooses a column's value. How they fit together: docs/guides/vendor_resolution.md.
"""
