{{ config(materialized='ephemeral') }}

{%- set columns = [
    'code', 'subject_id', 'match_unit_id', 'invoice_id', 'invoice_line_id', 'purchase_order_id', 'po_line_id',
    'vendor_key', 'entity_id', 'item_category', 'is_posted', 'expected', 'actual', 'limit_applied', 'policy_id',
    'amount_at_risk', 'currency', 'blocks', 'root_cause', 'correlation_id', 'explanation',
] -%}

{%- set levels = [
    ref('match_line_finding'),
    ref('match_currency_finding'),
    ref('match_substitute_finding'),
    ref('match_invoice_finding'),
    ref('match_duplicate_finding'),
    ref('match_summary_finding'),
    ref('match_contract_finding'),
    ref('match_total_finding'),
    ref('match_tax_finding'),
    ref('match_charge_finding'),
    ref('match_po_line_finding'),
    ref('match_accrual_finding'),
    ref('match_receipt_finding'),
    ref('match_stock_finding'),
    ref('match_record_finding'),
] %}

{% for level in levels -%}
select
    {{ columns | join(',\n    ') }}
from {{ level }}
{%- if not loop.last %}

union all

{% endif %}
{%- endfor %}
