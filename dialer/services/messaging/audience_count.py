"""How many would get a blast."""

from __future__ import annotations

from dialer.services.context import Context
from dialer.services.messaging.candidates import chunks
from dialer.store.models.calling import Campaign
from dialer.store.models.messaging import Blast
from dialer.store.session import UnitOfWork


def count_recipients(ctx: Context, unit: UnitOfWork, blast: Blast, campaign: Campaign) -> int:
    """How many numbers would get a blast if it were launched now: what its estimate calls recipients."""
    numbers: set[str | None] = set()
    for chunk in chunks(ctx, unit, blast, campaign):
        numbers.update(one.number for one in chunk.candidates if one.excluded is None)
    return len(numbers)
