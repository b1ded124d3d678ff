"""The quality gate: rules, verdicts on what landed, quarantine, Data Docs, and the steward's decisions.

Great Expectations checks data on its way in; dbt checks meaning. No check is in both, and nothing that matching
reports as a business finding is acted upon here (docs/reference/sources.md).
"""
