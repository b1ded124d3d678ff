{{ config(materialized='stable_view') }}

{{ kpi_latency('fct_invoice_payment', day='settled_date', measure='payment_cycle_days', unit='days') }}
