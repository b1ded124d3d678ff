"""Faults under load: ``python -m chaos`` (which `make chaos` runs). docs/guides/chaos.md says what each does."""
