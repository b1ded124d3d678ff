{{ config(materialized='stable_view') }}

{{
    mean_figure(
        'reconciliation_completion_time',
        'fct_statement_reconciliation',
        day='statement_date',
        measure='completion_hours',
        unit='hours',
        shares={'p50': 0.5, 'p90': 0.9},
    )
}}
