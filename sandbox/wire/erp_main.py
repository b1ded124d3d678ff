"""The first ERP: a relational database with tables and columns in the manner of Oracle's business suite."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Table:
    """A table of schema erp_main.

    Args:
        columns: name to PostgreSQL type, in order.
        key: the columns of the primary key.
        updated: the column that says when a row last changed.
    """

    name: str
    columns: dict[str, str]
    key: tuple[str, ...]
    updated: str = "last_update_date"


def _table(name: str, key: str, columns: str) -> Table:
    pairs = [column.split() for column in columns.split(",")]
    kinds = {name: " ".join(kind) or "text" for name, *kind in pairs}
    return Table(name, {**kinds, "last_update_date": "timestamptz"}, tuple(key.split()))


TABLES: tuple[Table, ...] = (
    _table(
        "ap_suppliers",
        "segment1",
        "segment1, vendor_name, num_1099, enabled_flag, hold_flag, end_date_active date, terms_name,"
        "invoice_currency_code, address_line1, city, zip, country, phone, email_address, duns_number",
    ),
    _table(
        "ap_bank_accounts",
        "segment1 bank_account_id",
        "segment1, bank_account_id, bank_account_num, bank_num, currency_code, start_date date, end_date date,"
        "last_updated_by",
    ),
    _table("gl_accounts", "org_code natural_account", "org_code, natural_account, description, account_type, enabled_flag"),
    _table("gl_cost_centers", "org_code cost_center", "org_code, cost_center, description, enabled_flag"),
    _table("hr_locations", "location_code", "location_code, org_code, description, location_use"),
    _table("ap_terms", "name", "name, description, due_days integer, discount_days integer, discount_percent numeric"),
    _table("zx_rates", "tax_rate_code effective_from", "tax_rate_code, effective_from date, percentage_rate numeric"),
    _table(
        "gl_daily_rates",
        "from_currency to_currency conversion_date",
        "from_currency, to_currency, conversion_date date, conversion_rate numeric",
    ),
    _table("mtl_system_items", "segment1", "segment1, description, primary_uom_code, item_category, enabled_flag"),
    _table(
        "po_headers_all",
        "segment1",
        "segment1, org_code, vendor_num, agent_name, authorization_status, closed_code, cancel_flag,"
        "creation_date timestamptz, approved_date timestamptz, approved_by, submitted_date timestamptz,"
        "closed_date timestamptz, currency_code, freight_amount numeric, terms_name, requisition_num, contract_num",
    ),
    _table(
        "po_lines_all",
        "po_num line_num",
        "po_num, line_num integer, org_code, item_num, vendor_product_num, item_description, quantity numeric,"
        "quantity_cancelled numeric, unit_meas_lookup_code, unit_price numeric, amount numeric, tax_code,"
        "need_by_date date, ship_to_location, cost_center, charge_account, requisition_num, preparer, contract_num,"
        "match_option, closed_code, closed_date timestamptz",
    ),
    _table(
        "rcv_transactions",
        "transaction_id",
        "transaction_id, org_code, receipt_num, line_num integer, po_num, po_line_num integer, item_num,"
        "transaction_type, quantity numeric, unit_of_measure, transaction_date timestamptz,"
        "creation_date timestamptz, source_doc_ref",
    ),
    _table(
        "ap_invoices_all",
        "invoice_id",
        "invoice_id, org_code, vendor_num, invoice_num, invoice_type_lookup_code, invoice_date date, po_num,"
        "terms_name, due_date date, invoice_currency_code, net_amount numeric, tax_amount numeric,"
        "freight_amount numeric, other_amount numeric, invoice_amount numeric, invoice_status, doc_sequence_value,"
        "gl_date timestamptz, match_status, hold_names, source_invoice_ref",
    ),
    _table(
        "ap_checks_all",
        "check_id",
        "check_id, org_code, vendor_num, checkrun_name, end_to_end_id, amount numeric, currency_code,"
        "payment_method, status_lookup_code, check_date date, approved_date timestamptz, sent_date timestamptz,"
        "cleared_date timestamptz",
    ),
    _table(
        "ap_invoice_payments_all",
        "check_id invoice_id",
        "check_id, invoice_id, amount numeric, discount_taken numeric",
    ),
    _table(
        "gl_je_lines",
        "je_header_id je_line_num",
        "je_header_id, je_line_num integer, org_code, natural_account, cost_center, period_name, posted_date timestamptz,"
        "entered_dr numeric, entered_cr numeric, accounted_amount numeric, currency_code, je_source, reference_id",
    ),
)
