"""After an outage nothing of a campaign goes out before the carrier's lists of texts to us have been read
(contract §8): each text was told but once, perhaps while nobody could hear it, and a STOP may be among them.

Everything waits for that as long as it takes; what is asked for here is that it be soon.
"""

from __future__ import annotations

import datetime as dt
from typing import Final

from sqlalchemy import exists, func, select

from dialer.domain.access import Permission, require
from dialer.services.context import Context
from dialer.store.models.messaging import Sender
from dialer.store.queries import inbound_readings

JOB: Final = "workers.jobs.read_inbound"
SENDS_ONLY: Final = "alphanumeric"
UNREAD_FOR: Final = dt.timedelta(seconds=90)
"""When a list that is read each minute has not been read for so long, everything stood still."""
ASKED_FOR: Final = dt.timedelta(seconds=5)
"""How long a reading that was asked for may wait for a worker before it is asked for again."""


def texts_may_be_missed(ctx: Context) -> None:
    """Somebody could not hear what the carrier told: the lists are read before anything more goes out."""
    require(ctx.actor, Permission.SYSTEM_RUN)
    with ctx.unit() as unit:
        inbound_readings.mark_missed(unit, ctx.now)
    ask_to_read(ctx)


def look_before_work(ctx: Context) -> bool:
    """Before a worker begins: whether a list has not been read for so long that texts may be missed. Jobs
    that waited when all was stopped are there again before the clockwork has looked about.
    """
    require(ctx.actor, Permission.SYSTEM_RUN)
    with ctx.unit() as unit:
        read_through = func.coalesce(Sender.inbound_read_through, Sender.created_at)
        of_ours = (Sender.organisation_id == unit.organisation_id, Sender.kind != SENDS_ONLY)
        old = unit.session.scalar(select(exists().where(*of_ours, read_through <= ctx.now - UNREAD_FOR)))
    if old:
        texts_may_be_missed(ctx)
    return bool(old)


def ask_where_missed(ctx: Context) -> None:
    """Have the lists read where they must be and nobody has it in hand. Done every second."""
    require(ctx.actor, Permission.SYSTEM_RUN)
    with ctx.unit() as unit:
        wanted = inbound_readings.may_ask(unit, ctx.now, ctx.now + ASKED_FOR)
    if wanted:
        ask_to_read(ctx)


def unreadable_since(ctx: Context) -> dt.datetime | None:
    """Since when no reading of the lists has come to its end; None while they can be read."""
    require(ctx.actor, Permission.SYSTEM_RUN)
    with ctx.unit() as unit:
        return inbound_readings.standing(unit).failing_since


def ask_to_read(ctx: Context) -> None:
    """Have a job read the texts to us."""
    ctx.jobs.enqueue("events", JOB, str(ctx.organisation_id))
