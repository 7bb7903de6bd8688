"""What senders may send by hand in 24 hours, and how many of them a blast needs."""

from __future__ import annotations

from collections.abc import Sequence

from dialer.domain.first_texts import DAY, Capacity, capacity, safe_a_day
from dialer.domain.sender import kind_of
from dialer.services.context import Context
from dialer.services.messaging.senders import known_senders
from dialer.store.queries import first_texts
from dialer.store.session import UnitOfWork


def a_day(ctx: Context, unit: UnitOfWork, senders: Sequence[str]) -> dict[str, int]:
    """How many first texts each of these may send by hand in 24 hours; those that are stopped none."""
    known = known_senders(unit, senders)
    found = {}
    for address in senders:
        row = known.get(address)
        kind = row.kind if row is not None else kind_of(address)
        if kind is not None:
            stopped = row is not None and row.pause_reason is not None
            pool = row.pool if row is not None else ()
            found[address] = 0 if stopped else safe_a_day(kind, ctx.messaging.first_texts_a_day, pool)
    return found


def left_today(ctx: Context, unit: UnitOfWork, senders: Sequence[str]) -> dict[str, int]:
    """How many more each of these may send by hand as of now. Whatever it has sent in 24 hours is taken off,
    what went by itself too, since networks see no difference; and what is out in batches.
    """
    used = first_texts.used_by_sender(unit, senders, ctx.now, ctx.now - DAY)
    return {
        address: max(0, most - used.get(address, 0)) for address, most in a_day(ctx, unit, senders).items()
    }


def capacity_of(ctx: Context, unit: UnitOfWork, senders: Sequence[str], recipients: int) -> Capacity:
    """What a pool of senders makes of so many recipients, from a day on which none has sent anything."""
    return capacity(recipients, [most for most in a_day(ctx, unit, senders).values() if most])
