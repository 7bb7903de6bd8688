"""What workers are asked to hang up, and the hanging up."""

from __future__ import annotations

import uuid

from rq import Queue

from dialer.carrier.port import Carrier
from dialer.queueing import CALLS, RedisJobQueue
from dialer.services.calling import making_way
from dialer.services.calling.leaving_messages import leave
from dialer.services.calling.placing import end_legs
from dialer.services.context import Context
from workers.jobs import end_call, leave_message, make_way

END_CALL = f"{end_call.__module__}.{end_call.__name__}"
MAKE_WAY = f"{make_way.__module__}.{make_way.__name__}"
LEAVE_MESSAGE = f"{leave_message.__module__}.{leave_message.__name__}"


def calls_queue(ctx: Context) -> Queue:
    """The queue of everything about calls."""
    assert isinstance(ctx.jobs, RedisJobQueue)
    return ctx.jobs._queues[CALLS]


def do_hang_ups(ctx: Context, carrier: Carrier) -> None:
    """What a worker does with the jobs that end legs, or send them on to a message, in their order."""
    for job in calls_queue(ctx).get_jobs():
        if job.func_name == END_CALL:
            job.delete()
            end_legs(ctx, carrier, job.args[1:])
        elif job.func_name == LEAVE_MESSAGE:
            job.delete()
            leave(ctx, carrier, uuid.UUID(job.args[1]))
        elif job.func_name == MAKE_WAY:
            job.delete()
            for call_id in job.args[1:]:
                making_way.make_way(ctx, carrier, uuid.UUID(call_id))
