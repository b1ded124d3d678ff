"""Payments and bank entries for the measurement of the reconciliation."""
