{{ config(materialized='stable_view') }}

{{
    kpi_wide(
        'po_sync_success_rate',
        numerator='versions_in_sync',
        value='po_sync_success_rate_pct',
        denominator='versions_issued',
    )
}}
