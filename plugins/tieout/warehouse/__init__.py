"""The warehouse: connection, contracts of the interface objects, migrations, runs."""
