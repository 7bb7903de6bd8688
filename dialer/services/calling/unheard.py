"""Dials that stand in the carrier's own queue: looked for, so that none rings when nobody is free for it."""

from __future__ import annotations

from dialer.domain.access import Permission, require
from dialer.services.calling.call_jobs import ask_to_look
from dialer.services.context import Context
from dialer.store.queries import dialling


def ask_about_unheard(ctx: Context) -> int:
    """Have the carrier asked about each dial of which it has told nothing for a while; how many there are.
    One that it still has in its queue is taken out of it (`call_looks`).
    """
    require(ctx.actor, Permission.SYSTEM_RUN)
    with ctx.unit() as unit:
        found = dialling.ask_about_unheard(unit, ctx.now)
        if found:
            unit.after_commit(lambda: ask_to_look(ctx))
        return found
