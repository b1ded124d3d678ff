{{ config(materialized='stable_view') }}

{{
    kpi_wide(
        'exception_rate',
        numerator='invoices_with_hold',
        value='exception_rate_pct',
        denominator='invoices_processed',
    )
}}
