"""What may differ, and why. Everything that is not named here must be equal, to the row."""

# Tables that a backfill of past intervals may change: the record of having run, and what a run works on.
AFTER_A_BACKFILL = {
    "quality.gate_run": "the gate judged the batches of the backfill, which have no new rows",
    "quality.promotion": "as above",
    "quality.result": "as above",
    "staging.stg_ops_batches": "the batches of the backfill",
    "staging.stg_ops_interface_runs": "the runs of the backfill",
    "staging.stg_ops_extractions": "as above",
    "staging.stg_ops_rule_results": "the gate's results of the backfill's batches",
    "mart.fct_batch": "the batches of the backfill",
    "mart.fct_interface_run": "the runs of the backfill",
    "mart.dim_entity": "known_to_by_source: the source was read again",
    "mart.correlation_link": "links to messages that were sent after the last transformation",
    "staging.stg_touched_records": "what the last run had to look at",
    "canonical.int_touched": "what the last run had to look at",
    "canonical.int_copy_readings": "up to when the run before had read",
    "match.match_touched": "what the last run had to look at",
    "canonical.int_former_invoices": "what the last run had to look at",
    "match.match_duplicate_touched": "what the last run had to look at",
    "match.match_duplicate_candidate": "what the last run worked on",
    "staging.stg_ops_messages": "messages that were sent after the last transformation",
    "staging.stg_ops_message_states": "as above, and what was confirmed after it",
    "mart.fct_feedback_message": "as above",
    "mart.transaction_state": "as above, and the age of what is known: the source was read again",
    "mart.payment_control": "known_at: controls are asked anew in each run",
    "mart.payment_proposal": "known_at: payments are proposed anew in each run",
    "match.match_candidate_line": "what the last run worked on",
    "match.match_net_receipt": "what the last run worked on",
    "match.match_line_check": "what the last run worked on",
    "match.match_document_finding": "what the last run worked on",
    "match.match_finding": "what the last run worked on",
}

# Columns of the marts in which two demos from clean may differ: of every table (*), and of single ones.
BETWEEN_TWO_DEMOS = {
    "*": {
        "trace_id": "drawn anew for each run",
        "run_id": "drawn anew for each run",
    },
    "fct_batch": {
        "batch_id": "ends in the hash of the bytes: a database gives rows of one time of change in any order",
    },
    "fct_feedback_message": {
        "message_id": "counted in the order in which runs of several DAGs happened to write",
    },
    "fct_interface_run": {
        "interface_run_id": "counted in the order in which tasks of several sources happened to write",
        "retries": "a request that met the limit of a source is repeated, which depends on the machine's speed",
    },
}

# Columns of the marts in which a run that was disturbed by faults may differ from an undisturbed one.
AFTER_FAULTS = {
    **BETWEEN_TWO_DEMOS,
    "fct_interface_run": {"*": "one row per attempt: what failed was tried again"},
    "fct_feedback_message": {"*": "the service desk was told of what failed; what failed was told later"},
    "correlation_link": {"subject_id": "of a message its number, counted in the order in which runs happened to write"},
    "transaction_state": {"disagrees_since": "what failed was told later"},
    "figure_failed_interface_count": {"*": "counts them"},
    "kpi_failed_interface_count": {"*": "counts them"},
}
KPIS_AFTER_FAULTS = {"failed_interface_count": "counts attempts that failed"}
