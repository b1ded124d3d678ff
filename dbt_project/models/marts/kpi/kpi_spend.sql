{{ config(materialized='stable_view') }}

{{ kpi_wide('spend', numerator='net_amount', value=none) }}
