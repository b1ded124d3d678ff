{{ config(materialized='stable_view') }}

{{ kpi_latency('fct_invoice', day='posted_date', measure='posting_latency_hours', unit='hours') }}
