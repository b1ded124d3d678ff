"""What the gate expects of each interface object, beyond its contract: one suite per object, as code, no I/O.

A suite is a tuple ``CHECKS``. What the contract says (required, type, allowed values, configured entity) is not
repeated here, and what matching reports as a business finding (an invoice without number or date, a total that does
not foot, an unknown vendor) is not judged here: such a row must get through, so that its hold can be raised.

Critical is what cannot be true or what nothing downstream could work with; such a row waits for a steward. Warning is
what is odd; such a row goes on and is reported.
"""
