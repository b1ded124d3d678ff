"""Closed lists of codes: what configuration, expectations and alerts compare with."""

# ISO 4217, list one (active codes of currencies, funds and metals).
# fmt: off
CURRENCIES = (
    "AED", "AFN", "ALL", "AMD", "AOA", "ARS", "AUD", "AWG", "AZN", "BAM", "BBD", "BDT", "BGN", "BHD", "BIF", "BMD",
    "BND", "BOB", "BOV", "BRL", "BSD", "BTN", "BWP", "BYN", "BZD", "CAD", "CDF", "CHE", "CHF", "CHW", "CLF", "CLP",
    "CNY", "COP", "COU", "CRC", "CUP", "CVE", "CZK", "DJF", "DKK", "DOP", "DZD", "EGP", "ERN", "ETB", "EUR", "FJD",
    "FKP", "GBP", "GEL", "GHS", "GIP", "GMD", "GNF", "GTQ", "GYD", "HKD", "HNL", "HTG", "HUF", "IDR", "ILS", "INR",
    "IQD", "IRR", "ISK", "JMD", "JOD", "JPY", "KES", "KGS", "KHR", "KMF", "KPW", "KRW", "KWD", "KYD", "KZT", "LAK",
    "LBP", "LKR", "LRD", "LSL", "LYD", "MAD", "MDL", "MGA", "MKD", "MMK", "MNT", "MOP", "MRU", "MUR", "MVR", "MWK",
    "MXN", "MXV", "MYR", "MZN", "NAD", "NGN", "NIO", "NOK", "NPR", "NZD", "OMR", "PAB", "PEN", "PGK", "PHP", "PKR",
    "PLN", "PYG", "QAR", "RON", "RSD", "RUB", "RWF", "SAR", "SBD", "SCR", "SDG", "SEK", "SGD", "SHP", "SLE", "SOS",
    "SRD", "SSP", "STN", "SVC", "SYP", "SZL", "THB", "TJS", "TMT", "TND", "TOP", "TRY", "TTD", "TWD", "TZS", "UAH",
    "UGX", "USD", "USN", "UYI", "UYU", "UYW", "UZS", "VED", "VES", "VND", "VUV", "WST", "XAF", "XCD", "XCG", "XOF",
    "XPF", "YER", "ZAR", "ZMW", "ZWG",
)
# fmt: on

# Hold and exception codes of the group (docs/reference/exceptions.md).
# fmt: off
HOLD_CODES = (
    "PRICE_OVER", "PRICE_UNDER", "CONTRACT_PRICE", "QTY_ORDERED", "QTY_RECEIVED", "QTY_ACCEPTED", "NOT_APPROVED",
    "APPROVAL_OVER_LIMIT", "SELF_APPROVED", "RECEIPT_SHORT", "RECEIPT_OVER", "RECEIPT_REJECTED", "SYNC_MISSING",
    "SYNC_DIFFERENT", "RECOVERY_DUE", "AMOUNT_OVER", "AMOUNT_UNDER", "UNEXPECTED_INVOICE", "ITEM_MISMATCH",
    "SUBSTITUTE_ITEM", "UOM_UNCONVERTIBLE", "UOM_CONFLICT", "TAX_DIFFERENCE", "CHARGE_DIFFERENCE", "TOTAL_MISMATCH",
    "CURRENCY_MISMATCH", "FX_RATE_MISSING", "PO_NOT_FOUND", "PO_NOT_APPROVED", "PO_CLOSED", "VENDOR_UNKNOWN",
    "VENDOR_INACTIVE", "VENDOR_MISMATCH", "DUPLICATE_INVOICE", "DUPLICATE_SUSPECT", "DUPLICATE_VENDOR",
    "RETURN_EXCEEDS_RECEIPT", "CREDIT_EXCEEDS_INVOICE", "MISSING_DATA", "BANK_DETAIL_CHANGED", "SCREENING_HIT",
    "PAYMENT_RETURNED", "PAYMENT_UNCONFIRMED", "BANK_ENTRY_UNMATCHED", "GL_OUT_OF_BALANCE", "RECEIPT_LATE_POSTED",
    "ACCRUAL_AGED", "STOCK_DISCREPANCY",
)
# fmt: on
