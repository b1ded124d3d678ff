{{ config(materialized='stable_view') }}

{{ receipt_latency_figure('receipt_posting_latency', 'posting_latency_hours', 'hours') }}
