"""Ids made in SQL, for statements that insert a set of rows."""

from typing import Final

UUID7: Final = "uuidv7()"
"""A UUIDv7 in PostgreSQL 18 and later. In one session each is greater than the one before."""
