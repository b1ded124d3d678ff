"""People: under which login they are known, how a question shows them what sources wrote, what they answered."""
