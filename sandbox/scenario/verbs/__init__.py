"""The verbs of a case, by chapter: choose, order, receive, bill, pay. Each writes what every system then holds."""
