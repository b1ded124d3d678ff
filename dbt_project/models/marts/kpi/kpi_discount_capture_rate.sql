{{ config(materialized='stable_view') }}

{{
    kpi_wide(
        'discount_capture_rate',
        numerator='discount_taken',
        value='discount_capture_rate_pct',
        denominator='discount_offered'
    )
}}
