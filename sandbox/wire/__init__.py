"""Documents in the shape of the estate's platforms: field names, codes, units and date formats of their own."""

COLLECTIONS: dict[str, tuple[str, ...]] = {
    "ap": (
        "suppliers",
        "purchase-orders",
        "receipts",
        "invoices",
        "invoice-events",
        "approvals",
        "hold-events",
    ),
    "erp_west": (
        "business-partners",
        "partner-banks",
        "gl-accounts",
        "cost-centers",
        "plants",
        "payment-terms",
        "tax-codes",
        "exchange-rates",
        "materials",
        "purchase-orders",
        "material-documents",
        "invoice-documents",
        "payments",
        "journal-entries",
    ),
    "supply_api": (
        "vendors",
        "items",
        "units",
        "substitutes",
        "requisitions",
        "purchase-orders",
        "backorders",
        "receipt-discrepancies",
    ),
}
