{{ config(materialized='stable_view') }}

{{
    mean_figure(
        'payment_cycle_time',
        'fct_invoice_payment',
        day='settled_date',
        measure='payment_cycle_days',
        unit='days',
        shares={'p50': 0.5, 'p90': 0.9},
    )
}}
