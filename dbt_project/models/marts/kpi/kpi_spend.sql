{{ config(materialized='mart_view') }}

{{ kpi_wide('spend', numerator='net_amount', value=none) }}
