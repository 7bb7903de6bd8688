"""What workers are asked to hang up, and the hanging up."""

from __future__ import annotations

from rq import Queue

from dialer.carrier.port import Carrier
from dialer.queueing import CALLS, RedisJobQueue
from dialer.services.calling.placing import end_legs
from dialer.services.context import Context
from workers.jobs import end_call

END_CALL = f"{end_call.__module__}.{end_call.__name__}"


def calls_queue(ctx: Context) -> Queue:
    """The queue of everything about calls."""
    assert isinstance(ctx.jobs, RedisJobQueue)
    return ctx.jobs._queues[CALLS]


def do_hang_ups(ctx: Context, carrier: Carrier) -> None:
    """What a worker does with the jobs that end legs, in their order."""
    for job in calls_queue(ctx).get_jobs():
        if job.func_name == END_CALL:
            job.delete()
            end_legs(ctx, carrier, job.args[1:])
