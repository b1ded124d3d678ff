"""Airflow operators: thin, idempotent steps around what the other rooms do. Nothing heavy is imported here."""
