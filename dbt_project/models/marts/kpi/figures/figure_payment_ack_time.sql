{{ config(materialized='stable_view') }}

{{
    mean_figure(
        'payment_ack_time',
        'fct_payment_progress',
        day='sent_date',
        measure='ack_minutes',
        unit='minutes',
        shares={'p50': 0.5, 'p90': 0.9},
    )
}}
