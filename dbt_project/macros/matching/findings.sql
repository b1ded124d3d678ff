{# What every finding model gives, in this order. #}
{% macro finding_columns() -%}
    {{ return([
        'code', 'subject_id', 'match_unit_id', 'invoice_id', 'invoice_line_id', 'purchase_order_id', 'po_line_id',
        'vendor_key', 'entity_id', 'item_category', 'is_posted', 'expected', 'actual', 'limit_applied', 'policy_id',
        'amount_at_risk', 'currency', 'blocks', 'root_cause', 'correlation_id', 'explanation',
    ]) }}
{%- endmacro %}

{# The findings of several models together. #}
{% macro all_findings(models) -%}
{% for model in models -%}
select
    {{ finding_columns() | join(',\n    ') }}
from {{ model }}
{%- if not loop.last %}

union all

{% endif %}
{%- endfor %}
{%- endmacro %}
