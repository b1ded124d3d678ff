"""The estate's records within one transaction: days, documents, tables of an ERP, and the estate's own books."""
