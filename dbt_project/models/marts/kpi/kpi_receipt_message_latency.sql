{{ config(materialized='stable_view') }}

{{
    kpi_latency(
        'fct_receipt_line',
        day='received_date',
        measure='message_latency_minutes',
        unit='minutes',
        where="kind = 'receipt'",
    )
}}
