{{ config(materialized='stable_view') }}

{{ kpi_wide('grni_accrual', numerator='accrued_amount', value=none) }}
