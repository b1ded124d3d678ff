{{ config(materialized='stable_view') }}

{{
    kpi_wide(
        'contract_compliance',
        numerator='compliant_amount',
        value='contract_compliance_pct',
        denominator='contractable_amount',
    )
}}
