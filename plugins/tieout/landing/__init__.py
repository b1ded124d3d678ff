"""Landing: keep in the archive, parse by profile, load into raw. Nothing here judges a value or updates a row."""
