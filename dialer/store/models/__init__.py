"""Every table, by trade. Importing this package is what fills `Base.metadata`."""

from dialer.store.models import (
    accounts,
    audiences,
    calling,
    calls,
    exports,
    gotv,
    imports,
    messaging,
    pacing,
    people,
    queue,
    recordings,
    sounds,
    supervising,
    transfers,
)
from dialer.store.models.base import Base, new_id

__all__ = [
    "Base",
    "accounts",
    "audiences",
    "calling",
    "calls",
    "exports",
    "gotv",
    "imports",
    "messaging",
    "new_id",
    "pacing",
    "people",
    "queue",
    "recordings",
    "sounds",
    "supervising",
    "transfers",
]
