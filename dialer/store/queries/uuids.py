"""Ids made in SQL, for statements that insert a set of rows."""

from typing import Final

UUID7: Final = """encode(set_bit(set_bit(overlay(uuid_send(gen_random_uuid())
    placing substring(int8send((extract(epoch FROM clock_timestamp()) * 1000)::bigint) FROM 3)
    FROM 1 FOR 6), 52, 1), 53, 1), 'hex')::uuid"""
"""A UUIDv7 in PostgreSQL 15 and later: a random UUID with the time in its first 48 bits."""
