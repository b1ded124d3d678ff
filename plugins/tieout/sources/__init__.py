"""Sources: each module talks one protocol and yields payloads. None knows a table of the warehouse."""
