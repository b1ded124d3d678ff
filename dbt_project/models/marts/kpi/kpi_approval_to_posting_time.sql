{{ config(materialized='stable_view') }}

{{ kpi_latency('fct_invoice_payment', day='posted_date', measure='approval_to_posting_hours', unit='hours') }}
