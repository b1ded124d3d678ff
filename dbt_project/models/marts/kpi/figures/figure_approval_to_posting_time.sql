{{ config(materialized='stable_view') }}

{{
    mean_figure(
        'approval_to_posting_time',
        'fct_invoice_payment',
        day='posted_date',
        measure='approval_to_posting_hours',
        unit='hours',
        shares={'p50': 0.5, 'p90': 0.9},
    )
}}
