{{ config(materialized='ephemeral') }}

with {{ judge_findings(ref('match_raised_finding')) }}

select * from judged
