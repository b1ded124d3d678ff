{{ config(materialized='stable_view') }}

{{ kpi_latency('fct_invoice_payment', day='sent_date', measure='invoice_cycle_days', unit='days') }}
