{{ config(materialized='stable_view') }}

{{ receipt_latency_figure('receipt_message_latency', 'message_latency_minutes', 'minutes') }}
