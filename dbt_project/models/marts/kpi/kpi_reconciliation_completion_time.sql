{{ config(materialized='stable_view') }}

{{ kpi_latency('fct_statement_reconciliation', day='statement_date', measure='completion_hours', unit='hours') }}
