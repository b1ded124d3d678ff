{{ config(materialized='stable_view') }}

{{
    kpi_wide(
        'auto_match_rate',
        numerator='lines_auto_matched',
        value='auto_match_rate_pct',
        denominator='lines_needing_match',
    )
}}
