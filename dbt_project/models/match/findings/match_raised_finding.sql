{{ config(materialized='ephemeral') }}

{{ all_findings([
    ref('match_line_finding'),
    ref('match_currency_finding'),
    ref('match_substitute_finding'),
    ref('match_contract_finding'),
    ref('match_document_finding'),
]) }}
