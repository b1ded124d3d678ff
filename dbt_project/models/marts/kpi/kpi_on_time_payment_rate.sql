{{ config(materialized='stable_view') }}

{{
    kpi_wide(
        'on_time_payment_rate',
        numerator='invoices_on_time',
        value='on_time_payment_rate_pct',
        denominator='invoices_due'
    )
}}
