{{ config(materialized='stable_view') }}

{{ kpi_wide('contract_leakage', numerator='leakage_amount', value=none) }}
