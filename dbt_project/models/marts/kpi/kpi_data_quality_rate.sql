{{ config(materialized='stable_view') }}

{{
    kpi_wide(
        'data_quality_rate',
        numerator='rows_promoted',
        value='data_quality_rate_pct',
        denominator='rows_landed',
    )
}}
