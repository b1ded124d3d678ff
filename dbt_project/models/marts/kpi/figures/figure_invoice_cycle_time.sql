{{ config(materialized='stable_view') }}

{{
    mean_figure(
        'invoice_cycle_time',
        'fct_invoice_payment',
        day='sent_date',
        measure='invoice_cycle_days',
        unit='days',
        shares={'p50': 0.5, 'p90': 0.9},
    )
}}
