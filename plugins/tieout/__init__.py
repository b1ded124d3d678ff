"""Tieout: ties out a health system's procure-to-pay chain. What has no Airflow in it works without Airflow.

Each folder is a room, in the order in which data passes through them; a room imports only rooms before it
(docs/adr/0001-one-postgresql-and-rooms-in-one-direction.md, tests/unit/test_rooms.py).
"""
