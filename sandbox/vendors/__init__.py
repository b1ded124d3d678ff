"""Made-up vendor masters with known duplicates: what record linkage is trained on and measured with.

``python -m sandbox.vendors --help`` writes one as CSV. Nothing of it is a real organisation.
"""
