"""Parts of the measurement of events."""
