{{ config(materialized='stable_view') }}

{{
    kpi_wide(
        'duplicate_vendor_reduction',
        numerator='duplicates_removed',
        value='duplicate_vendor_reduction_pct',
        denominator='duplicates_baseline',
    )
}}
