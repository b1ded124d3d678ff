"""Starts and stops the parts of a deployment on one machine: database, sandbox estate, Airflow."""
