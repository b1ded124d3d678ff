{{ config(materialized='stable_view') }}

{{
    kpi_wide(
        'perfect_order_rate',
        numerator='lines_perfect',
        value='perfect_order_rate_pct',
        denominator='lines_closed',
    )
}}
