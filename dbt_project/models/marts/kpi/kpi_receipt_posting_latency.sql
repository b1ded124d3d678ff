{{ config(materialized='stable_view') }}

{{
    kpi_latency(
        'fct_receipt_line',
        day='received_date',
        measure='posting_latency_hours',
        unit='hours',
        where="kind = 'receipt'",
    )
}}
