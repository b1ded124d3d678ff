{{ config(materialized='stable_view') }}

{{
    kpi_wide(
        'payment_exception_rate',
        numerator='payments_with_exception',
        value='payment_exception_rate_pct',
        denominator='payments_sent'
    )
}}
