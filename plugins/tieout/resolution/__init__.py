"""Which vendor numbers are one vendor: record linkage without Airflow.

``linkage`` scores pairs, ``decide`` turns links and people's decisions into clusters and proposals: rows in, rows out
(docs/guides/vendor_resolution.md). ``flow`` runs them on the warehouse, ``steward`` takes people's decisions
(docs/reference/vendors.md).
"""
