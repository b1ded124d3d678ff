"""The rules of docs/reference/matching.md in plain Python: slow, obvious, and written from the text alone.

What the models answer is compared with what `judge` answers. Nothing here is shared with them.
"""
