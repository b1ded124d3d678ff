{{ config(materialized='stable_view') }}

{{
    kpi_wide(
        'first_pass_match_rate',
        numerator='lines_matched_at_first',
        value='first_pass_match_rate_pct',
        denominator='lines_evaluated',
    )
}}
