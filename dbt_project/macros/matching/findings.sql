{# What every finding model gives. #}
{% macro finding_columns() -%}
    {{ return([
        'code', 'subject_id', 'match_unit_id', 'invoice_id', 'invoice_line_id', 'purchase_order_id', 'po_line_id',
        'vendor_key', 'entity_id', 'item_category', 'is_posted', 'expected', 'actual', 'limit_applied', 'policy_id',
        'amount_at_risk', 'currency', 'blocks', 'correlation_id', 'explanation',
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

{#
    The columns that a finding takes over from its subject, by the subject's level. What is left for the finding to say
    is code, expected, actual, limit_applied, policy_id, amount_at_risk, blocks and explanation.
#}
{% macro on_invoice_line(line, currency='currency') -%}
    {{ line }}.invoice_line_id as subject_id,
    {{ line }}.match_unit_id,
    {{ line }}.invoice_id,
    {{ line }}.invoice_line_id,
    {{ line }}.purchase_order_id,
    {{ line }}.po_line_id,
    {{ line }}.vendor_key,
    {{ line }}.entity_id,
    {{ line }}.item_category,
    {{ line }}.is_posted,
    {{ line }}.{{ currency }} as currency,
    {{ line }}.correlation_id
{%- endmacro %}

{% macro on_invoice(invoice, vendor_key='vendor_key') -%}
    {{ invoice }}.invoice_id as subject_id,
    {{ invoice }}.invoice_id as match_unit_id,
    {{ invoice }}.invoice_id,
    null::text as invoice_line_id,
    {{ invoice }}.purchase_order_id,
    null::text as po_line_id,
    {{ invoice }}.{{ vendor_key }} as vendor_key,
    {{ invoice }}.entity_id,
    null::text as item_category,
    {{ invoice }}.is_posted,
    {{ invoice }}.currency,
    {{ invoice }}.correlation_id
{%- endmacro %}

{# Of an order's subject: which it is, its PO line and its item category are the finding's to say. #}
{% macro on_order(subject, correlation_id='correlation_id') -%}
    {{ subject }}.purchase_order_id as match_unit_id,
    null::text as invoice_id,
    null::text as invoice_line_id,
    {{ subject }}.purchase_order_id,
    {{ subject }}.vendor_key,
    {{ subject }}.entity_id,
    false as is_posted,
    {{ subject }}.currency,
    {{ subject }}.{{ correlation_id }} as correlation_id
{%- endmacro %}

{% macro on_order_line(line) -%}
    {{ line }}.po_line_id as subject_id,
    {{ line }}.po_line_id,
    {{ line }}.item_category,
    {{ on_order(line, correlation_id='purchase_order_id') }}
{%- endmacro %}

{# What lines and invoices without lines are said of alike: code, expected, actual and explanation. #}
{% macro order_is_draft(billed) -%}
    'PO_NOT_APPROVED' as code,
    'approved' as expected,
    {{ billed }}.po_status as actual,
    'Purchase order ' || {{ billed }}.purchase_order_id || ' is a draft.' as explanation
{%- endmacro %}

{% macro order_was_closed(billed, order_in_words) -%}
    'PO_CLOSED' as code,
    {{ billed }}.invoice_date::text as expected,
    {{ billed }}.closed_date::text as actual,
    {{ order_in_words }} || ' was closed on ' || {{ billed }}.closed_date || ', before the invoice of '
    || {{ billed }}.invoice_date || '.' as explanation
{%- endmacro %}

{% macro vendors_differ(billed) -%}
    'VENDOR_MISMATCH' as code,
    {{ billed }}.po_vendor_key as expected,
    {{ billed }}.invoice_vendor_key as actual,
    'The invoice is from vendor ' || {{ billed }}.invoice_vendor_key || ', the purchase order went to vendor '
    || {{ billed }}.po_vendor_key || '.' as explanation
{%- endmacro %}

{% macro currencies_differ(billed, currency) -%}
    'CURRENCY_MISMATCH' as code,
    {{ billed }}.po_currency as expected,
    {{ billed }}.{{ currency }} as actual,
    'The invoice is in ' || {{ billed }}.{{ currency }} || ', the purchase order in ' || {{ billed }}.po_currency
    || '; they are compared at a rate of ' || {{ plain(billed ~ '.fx_rate') }} || '.' as explanation
{%- endmacro %}

{% macro rate_is_missing(billed, currency) -%}
    'FX_RATE_MISSING' as code,
    'a rate from ' || {{ billed }}.{{ currency }} || ' to ' || {{ billed }}.po_currency as expected,
    'none' as actual,
    'No rate from ' || {{ billed }}.{{ currency }} || ' to ' || {{ billed }}.po_currency || ' is known for '
    || {{ billed }}.invoice_date || ' or the 7 days before it.' as explanation
{%- endmacro %}

{#
    Whether a finding on a posted invoice tells of money to recover: not of an approval that can be given yet, nor of terms
    that only its payment waits for.
#}
{% macro tells_of_recovery(finding) -%}
    {{ finding }}.code not in ({{ approval_codes() }})
        and not ({{ finding }}.code = 'MISSING_DATA' and {{ finding }}.actual = 'terms')
{%- endmacro %}

{# Codes of what lacks an approval: it can be given yet, so nothing is to be recovered. #}
{% macro approval_codes() -%}
    'NOT_APPROVED', 'APPROVAL_OVER_LIMIT', 'SELF_APPROVED'
{%- endmacro %}
