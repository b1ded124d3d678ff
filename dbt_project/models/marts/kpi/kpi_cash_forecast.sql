{{ config(materialized='stable_view') }}

{{ kpi_wide('cash_forecast', numerator='expected_amount', value=none) }}
