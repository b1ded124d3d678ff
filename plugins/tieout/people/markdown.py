"""What sources wrote, on the Markdown pages that people answer."""


def plain(text: str) -> str:
    """Return a text on one line in which nothing has a meaning in Markdown or HTML."""
    return "".join(f"\\{each}" if each in "\\`*_[]<>|#~" else each for each in " ".join(text.split()))
