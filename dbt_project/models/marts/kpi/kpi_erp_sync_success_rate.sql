{{ config(materialized='stable_view') }}

{{
    kpi_wide(
        'erp_sync_success_rate',
        numerator='messages_confirmed_in_time',
        value='erp_sync_success_rate_pct',
        denominator='messages_due',
    )
}}
