"""The runnable estate: source systems as real servers on loopback, living in simulated days. See README.md."""
