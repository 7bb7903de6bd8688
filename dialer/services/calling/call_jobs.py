"""What workers are asked to do about calls. A job that gets lost is made up for by the clock's ticks."""

from __future__ import annotations

from dialer.services.context import Context


def ask_to_look(ctx: Context) -> None:
    """Have a worker look after the calls that are due: those to be hung up are."""
    ctx.jobs.enqueue("calls", "workers.jobs.look_after_calls", str(ctx.organisation_id))
