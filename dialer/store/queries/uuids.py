"""Ids for statements about sets of rows: made in SQL, or handed over."""

import uuid
from collections.abc import Iterable
from operator import attrgetter
from typing import Final

UUID7: Final = "uuidv7()"
"""A UUIDv7 in PostgreSQL 18 and later. In one session each is greater than the one before."""


def uuid_array(ids: Iterable[uuid.UUID]) -> str:
    """Write ids as the text of an array, for `CAST(:ids AS uuid[])`: of thousands a tenth of the work."""
    return f"{{{','.join(map(attrgetter('hex'), ids))}}}"
