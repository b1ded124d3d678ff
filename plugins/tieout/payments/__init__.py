"""Payments: from a frozen proposal to a file at the bank (docs/reference/payments.md). No Airflow in it."""
