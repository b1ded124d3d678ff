{# The unit that a cluster of vendors under review is; its own name may be an order's number as well. #}
{% macro review_unit(review_cluster_id) -%}
    'review:' || {{ review_cluster_id }}
{%- endmacro %}

{# The unit that a vendor number's bank detail is, and the one that a payment is. #}
{% macro bank_detail_unit(vendor_id) -%}
    'bank_detail:' || {{ vendor_id }}
{%- endmacro %}

{% macro payment_unit(payment_id) -%}
    'payment:' || {{ payment_id }}
{%- endmacro %}

{# The unit that a vendor's hits of screening are. #}
{% macro screened_unit(vendor_key) -%}
    'screened:' || {{ vendor_key }}
{%- endmacro %}

{# The order of invoice and credit lines (matching, section 3). #}
{% macro invoice_order(alias, direction='') -%}
    {{ alias }}.invoice_date {{ direction }}, {{ by_code_point(alias ~ '.invoice_id') }} {{ direction }}, {{ alias }}.line_number {{ direction }}
{%- endmacro %}

{# The order of receipts. #}
{% macro receipt_order(alias, direction='') -%}
    {{ alias }}.received_at {{ direction }}, {{ by_code_point(alias ~ '.receipt_line_id') }} {{ direction }}
{%- endmacro %}
