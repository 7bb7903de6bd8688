"""Texts to us that no webhook brought, read from the carrier's list (contract §8).

The carrier delivers each but once, and a STOP may be among them. So every minute the list of texts to each of
our senders is read from where the last reading began, ten minutes before it included, and what we lack is
taken in as if it had come by webhook. After an outage senders rest until their list has been read.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from typing import Final

from sqlalchemy import ColumnElement, func, or_, select, update

from dialer.carrier.port import Carrier, CarrierError, CarrierMessage
from dialer.domain.access import Permission, require
from dialer.domain.sender import Rest
from dialer.logs import get_logger
from dialer.services.context import Context
from dialer.services.messaging.inbound import InboundText, receive
from dialer.store.models.messaging import Sender
from dialer.store.queries.carrier_events import message_ids_by_sid

EVERY_S: Final = 60.0
OVERLAP: Final = dt.timedelta(minutes=10)
REST_AT_MOST: Final = dt.timedelta(seconds=20)
"""After an outage nothing goes out for so long, unless the list is read before; all is to be under way again
within half a minute.
"""
READ_TRIES: Final = 3
UNREAD_FOR: Final = dt.timedelta(seconds=90)
"""When a list that is read each minute has not been read for so long, everything stood still."""

JOB: Final = "workers.jobs.read_inbound"
SENDS_ONLY: Final = "alphanumeric"

log = get_logger(__name__)


@dataclass(frozen=True, slots=True)
class _Mailbox:
    """One of our senders and how far the texts to it have been read."""

    address: str = field(repr=False)
    read_through: dt.datetime


def ask_to_read(ctx: Context) -> None:
    """Have a job read the texts to us."""
    ctx.jobs.enqueue("events", JOB, str(ctx.organisation_id))


def rest_where_unread(ctx: Context) -> int:
    """Before a worker begins: let no sender go on whose list nobody has read for a while; how many rest.

    Jobs that waited when all was stopped are there again before the clockwork has looked about.
    """
    return rest_until_read(ctx, unread_for=UNREAD_FOR)


def rest_until_read(ctx: Context, unread_for: dt.timedelta | None = None) -> int:
    """After an outage: let no sender go on before a job has read the texts to it; how many rest.

    One that rests for longer anyway is left alone, and so is one whose list was read within `unread_for`.
    """
    require(ctx.actor, Permission.SYSTEM_RUN)
    until = ctx.now + REST_AT_MOST
    with ctx.unit() as unit:
        resting = unit.session.scalars(
            update(Sender)
            .where(
                Sender.organisation_id == unit.organisation_id,
                Sender.kind != SENDS_ONLY,
                or_(Sender.resting_until.is_(None), Sender.resting_until < until),
                *_unread(ctx, unread_for),
            )
            .values(resting_until=until, resting_for=Rest.UNREAD)
            .returning(Sender.id)
        ).all()
    if resting or unread_for is None:
        ctx.jobs.enqueue("events", JOB, str(ctx.organisation_id), until.isoformat())
    return len(resting)


def _unread(ctx: Context, unread_for: dt.timedelta | None) -> list[ColumnElement[bool]]:
    if unread_for is None:
        return []
    return [func.coalesce(Sender.inbound_read_through, Sender.created_at) <= ctx.now - unread_for]


def read_inbound(ctx: Context, carrier: Carrier, rested_until: dt.datetime | None = None) -> int:
    """Read the texts to all of our senders and take in what we lack; how many that were.

    A list that can't be read to its end is read from the same place the next time. Senders that rest until
    `rested_until` because of this reading go on once theirs is read.
    """
    require(ctx.actor, Permission.SYSTEM_RUN)
    brought = 0
    for mailbox in _mailboxes(ctx):
        try:
            found = _listed(carrier, mailbox)
        except CarrierError as error:
            log.warning("texts to us could not be read", reason=error.reason, code=error.code)
            continue
        for message in _lacking(ctx, found):
            receive(ctx, _text_of(ctx, message))
            brought += 1
        _read_through(ctx, mailbox, rested_until)
    if brought:
        log.warning("texts to us had not come by webhook", count=brought)
    return brought


def _listed(carrier: Carrier, mailbox: _Mailbox) -> list[CarrierMessage]:
    """The texts to a sender, or to any number of a pool, newest first."""
    for _ in range(READ_TRIES - 1):
        try:
            return _read_once(carrier, mailbox)
        except CarrierError as error:
            if error.permanent:
                raise
    return _read_once(carrier, mailbox)


def _read_once(carrier: Carrier, mailbox: _Mailbox) -> list[CarrierMessage]:
    since = mailbox.read_through - OVERLAP
    found = [
        message
        for number in carrier.numbers_of(mailbox.address)
        for message in carrier.messages(to=number, since=since, waiting=False)
    ]
    return sorted(found, key=lambda each: each.sent_at or each.created_at or since, reverse=True)


def _mailboxes(ctx: Context) -> list[_Mailbox]:
    with ctx.unit() as unit:
        rows = unit.session.execute(
            select(Sender.address, Sender.inbound_read_through, Sender.created_at)
            .where(Sender.organisation_id == unit.organisation_id, Sender.kind != SENDS_ONLY)
            .order_by(Sender.id)
        )
        return [_Mailbox(row.address, row.inbound_read_through or row.created_at) for row in rows]


def _lacking(ctx: Context, found: list[CarrierMessage]) -> list[CarrierMessage]:
    """Those that we don't have, oldest first, so that the last word of each person stands."""
    texts = [each for each in reversed(found) if each.direction == "inbound" and each.sender]
    with ctx.unit() as unit:
        known = message_ids_by_sid(unit, {each.sid for each in texts})
    return [each for each in texts if each.sid not in known]


def _text_of(ctx: Context, message: CarrierMessage) -> InboundText:
    return InboundText(
        sid=message.sid,
        number=message.sender or "",
        sender=message.to,
        body=message.body,
        received_at=message.sent_at or message.created_at or ctx.now,
    )


def _read_through(ctx: Context, mailbox: _Mailbox, rested_until: dt.datetime | None) -> None:
    with ctx.unit() as unit:
        of_it = (Sender.organisation_id == unit.organisation_id, Sender.address == mailbox.address)
        unit.session.execute(update(Sender).where(*of_it).values(inbound_read_through=ctx.now))
        if rested_until is not None:
            unit.session.execute(
                update(Sender)
                .where(*of_it, Sender.resting_until == rested_until)
                .values(resting_until=None, resting_for=None)
            )
