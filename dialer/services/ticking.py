"""That a recurring deed runs in one place at a time."""

from __future__ import annotations

import contextlib
import hashlib
from collections.abc import Iterator

from sqlalchemy import func, select

from dialer.store.session import UnitFactory


@contextlib.contextmanager
def sole_runner(units: UnitFactory, name: str) -> Iterator[bool]:
    """Whether the caller is the only one to run `name` for the length of the block.

    A lock of the transaction, so that a process that dies gives it back with its connection.
    """
    key = int.from_bytes(hashlib.blake2s(name.encode(), digest_size=8).digest(), signed=True)
    with units.read() as unit:
        mine = unit.session.scalar(select(func.pg_try_advisory_xact_lock(key)))
        yield bool(mine)
