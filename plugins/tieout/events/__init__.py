"""Events that other systems send: signatures, envelopes, the inbox, landing (docs/reference/feedback.md, Events in)."""
