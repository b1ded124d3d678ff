"""Feedback: what the warehouse concludes goes back to the systems that own the records.

``publish`` makes messages from the desired state, ``delivery`` sends them, ``confirmation`` sees that they took
effect, ``replay`` sends dead ones again, ``summary`` counts. Rules: docs/reference/feedback.md.
"""
