"""The jobs there are, each with the rule of the permission table that covers it."""

from __future__ import annotations

import functools
import inspect
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import structlog

from dialer.domain.access import Permission, require
from dialer.services.context import Context
from workers.runtime import installed

JobFunction = Callable[..., None]


@dataclass(frozen=True, slots=True)
class Job:
    """One kind of background work."""

    path: str
    permission: Permission


JOBS: Final[dict[str, Job]] = {}


def job(permission: Permission) -> Callable[[Callable[..., object]], JobFunction]:
    """Register a job. It is enqueued by path with the organisation's id first, then ids and plain values,
    and is called with a context in that organisation. It must bear being run twice.
    """

    def register(function: Callable[..., object]) -> JobFunction:
        path = f"{function.__module__}.{function.__name__}"
        if next(iter(inspect.signature(function).parameters), None) != "ctx":
            raise TypeError(f"{path}: a job's first argument is ctx")

        @functools.wraps(function)
        def run(organisation_id: str, *args: str | int) -> None:
            ctx = job_context(uuid.UUID(organisation_id), path)
            require(ctx.actor, permission)
            with structlog.contextvars.bound_contextvars(job=path, organisation_id=organisation_id):
                function(ctx, *args)

        JOBS[path] = Job(path, permission)
        return run

    return register


def job_context(organisation_id: uuid.UUID, path: str) -> Context:
    """The context of one run of a job; its request id names the job, and goes into the audit log."""
    return installed().context(organisation_id, request_id=f"{path}:{uuid.uuid4().hex[:12]}")
