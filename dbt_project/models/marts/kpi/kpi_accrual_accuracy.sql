{{ config(materialized='stable_view') }}

{{
    kpi_wide(
        'accrual_accuracy',
        numerator='accurate_amount',
        value='accrual_accuracy_pct',
        denominator='invoiced_amount'
    )
}}
