{{ config(materialized='stable_view') }}

{{
    kpi_wide(
        'duplicate_vendor_rate',
        numerator='duplicate_numbers',
        value='duplicate_vendor_rate_pct',
        denominator='vendor_numbers',
    )
}}
