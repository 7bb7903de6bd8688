"""Texts to us that no webhook brought, read from the carrier's list (contract §8).

The carrier delivers each but once, and a STOP may be among them. So every minute the list of texts to each of
our senders is read from where the last reading began, ten minutes before it included, and what we lack is
taken in as if it had come by webhook. After an outage nothing goes out before that (`missed_texts`).
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from typing import Final

from sqlalchemy import select, update

from dialer.carrier.port import Carrier, CarrierError, CarrierMessage
from dialer.clock import Clock
from dialer.domain.access import Permission, require
from dialer.logs import get_logger
from dialer.services.context import Context
from dialer.services.messaging.inbound import Attachment, InboundText, receive
from dialer.services.messaging.missed_texts import SENDS_ONLY
from dialer.services.messaging.senders import keep_pool
from dialer.store.models.messaging import Sender
from dialer.store.queries import inbound_readings
from dialer.store.queries.carrier_events import message_ids_by_sid
from dialer.store.queries.inbound_readings import Seen

EVERY_S: Final = 60.0
OVERLAP: Final = dt.timedelta(minutes=10)
READ_TRIES: Final = 3
HELD: Final = dt.timedelta(seconds=15)
NOT_THERE: Final = 20404
"""The carrier doesn't know the pool any more: nobody can write to it (twilio.com/docs/api/errors/20404)."""

log = get_logger(__name__)


@dataclass(frozen=True, slots=True)
class _Mailbox:
    """One of our senders and how far the texts to it have been read."""

    address: str = field(repr=False)
    read_through: dt.datetime


@dataclass(frozen=True, slots=True)
class _Listed:
    """The numbers of a sender, or of a pool, and the texts to any of them, newest first."""

    numbers: list[str]
    texts: list[CarrierMessage]


def read_inbound(ctx: Context, carrier: Carrier, clock: Clock | None = None) -> int:
    """Read the texts to all of our senders and take in what we lack; how many that were.

    A list that can't be read to its end is read from the same place the next time. Only when all have been
    read do texts go out again that wait for it (`services/messaging/missed_texts`).
    """
    require(ctx.actor, Permission.SYSTEM_RUN)
    reading = _Reading(ctx, carrier, clock or (lambda: ctx.now))
    seen = reading.hold()
    for mailbox in _mailboxes(ctx):
        reading.read(mailbox)
    with ctx.unit() as unit:
        if reading.failed:
            inbound_readings.postpone(unit, reading.clock())
        else:
            inbound_readings.settle(unit, seen)
    if reading.brought:
        log.warning("texts to us had not come by webhook", count=reading.brought)
    return reading.brought


@dataclass(slots=True)
class _Reading:
    """One reading of all lists. `failed`: of a sender that may have texts to us, they could not be read."""

    ctx: Context
    carrier: Carrier
    clock: Clock
    brought: int = 0
    failed: bool = False

    def hold(self) -> Seen:
        """Say that it is being done, for longer than the carrier takes to answer once."""
        with self.ctx.unit() as unit:
            return inbound_readings.hold(unit, self.clock() + HELD)

    def read(self, mailbox: _Mailbox) -> None:
        """Take in what a sender's list has and we lack."""
        try:
            found = self._listed(mailbox)
        except CarrierError as error:
            log.warning("texts to us could not be read", reason=error.reason, code=error.code)
            self.failed = self.failed or error.code != NOT_THERE
            return
        for message in _lacking(self.ctx, found.texts):
            receive(self.ctx, _text_of(self.ctx, message))
            self.brought += 1
        _read_through(self.ctx, mailbox, found.numbers)

    def _listed(self, mailbox: _Mailbox) -> _Listed:
        for _ in range(READ_TRIES - 1):
            try:
                return _read_once(self.carrier, mailbox)
            except CarrierError as error:
                if error.permanent:
                    raise
                self.hold()
        return _read_once(self.carrier, mailbox)


def _read_once(carrier: Carrier, mailbox: _Mailbox) -> _Listed:
    since = mailbox.read_through - OVERLAP
    numbers = carrier.numbers_of(mailbox.address)
    found = [
        message for number in numbers for message in carrier.messages(to=number, since=since, waiting=False)
    ]
    found.sort(key=lambda each: each.sent_at or each.created_at or since, reverse=True)
    return _Listed(numbers, found)


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
        attachments=(Attachment("", ""),) * message.media,
    )


def _read_through(ctx: Context, mailbox: _Mailbox, numbers: list[str]) -> None:
    with ctx.unit() as unit:
        if numbers != [mailbox.address]:
            keep_pool(unit, mailbox.address, sorted(numbers))
        of_it = (Sender.organisation_id == unit.organisation_id, Sender.address == mailbox.address)
        unit.session.execute(update(Sender).where(*of_it).values(inbound_read_through=ctx.now))
