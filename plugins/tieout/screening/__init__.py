"""Who of the vendors resembles a party on a list whom nobody may pay (docs/reference/payments.md, section 9).

``resemblance`` compares, rows in, rows out; ``flow`` runs it on the warehouse, ``decide`` takes compliance's decisions.
"""
