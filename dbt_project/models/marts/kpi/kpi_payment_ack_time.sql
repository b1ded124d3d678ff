{{ config(materialized='stable_view') }}

{{ kpi_latency('fct_payment_progress', day='sent_date', measure='ack_minutes', unit='minutes') }}
