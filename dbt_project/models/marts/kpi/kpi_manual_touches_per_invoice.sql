{{ config(materialized='stable_view') }}

{{
    kpi_wide(
        'manual_touches_per_invoice',
        numerator='manual_touches',
        value='manual_touches_per_invoice',
        denominator='invoices_posted',
    )
}}
