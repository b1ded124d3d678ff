"""The scenario: a seeded generator of simulated days with labelled findings."""
