"""Measurements: ``python -m bench`` (which `make bench` runs). They print; nothing asserts a time."""
