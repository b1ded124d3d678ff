{{ config(materialized='stable_view') }}

{{ kpi_wide('failed_interface_count', numerator='failed_runs', value=none) }}
