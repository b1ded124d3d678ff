"""Formats: bytes in, records out. Pure, streaming, bounded in memory; no network, no warehouse."""
