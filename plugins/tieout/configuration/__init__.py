"""Everything in ``config/`` checked at once, whichever room reads it."""
