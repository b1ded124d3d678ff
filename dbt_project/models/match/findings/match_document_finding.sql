{{ config(meta={'analyze': true}) }}

{{ all_findings([
    ref('match_invoice_finding'),
    ref('match_approval_finding'),
    ref('match_duplicate_finding'),
    ref('match_summary_finding'),
    ref('match_total_finding'),
    ref('match_tax_finding'),
    ref('match_charge_finding'),
    ref('match_po_line_finding'),
    ref('match_accrual_finding'),
    ref('match_receipt_finding'),
    ref('match_stock_finding'),
    ref('match_balance_finding'),
    ref('match_record_finding'),
    ref('match_item_finding'),
    ref('match_vendor_finding'),
    ref('match_bank_finding'),
    ref('match_unsettled_finding'),
    ref('match_screening_finding'),
]) }}
