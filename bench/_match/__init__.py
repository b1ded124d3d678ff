"""The parts of the measurement of the match: an estate, a baseline, dbt's runs, memory."""
