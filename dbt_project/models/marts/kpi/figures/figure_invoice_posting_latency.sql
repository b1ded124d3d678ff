{{ config(materialized='stable_view') }}

{{
    mean_figure(
        'invoice_posting_latency',
        'fct_invoice',
        day='posted_date',
        measure='posting_latency_hours',
        unit='hours',
        shares={'p50': 0.5, 'p95': 0.95},
    )
}}
