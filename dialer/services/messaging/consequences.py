"""What follows for a number from what the carrier said about it, at once or later."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Final

from sqlalchemy import ColumnElement, select, update

from dialer.domain.carrier_action import Action
from dialer.domain.email_address import channel_of
from dialer.domain.opt_out import SAID_BY_TEXT
from dialer.domain.phone import LineType
from dialer.domain.texting import EMAIL
from dialer.services.calling.queue_sync import sync_queues
from dialer.services.messaging.dead_addresses import bar_dead_address
from dialer.services.messaging.no_to_texts import record_no
from dialer.services.people.opt_outs import holders
from dialer.services.people.weighing import Origin
from dialer.store.models.conversations import Conversation
from dialer.store.models.people import ContactPhone
from dialer.store.session import UnitOfWork

ABOUT_THE_NUMBER: Final = frozenset({Action.SUPPRESS, Action.RETIRE_NUMBER, Action.NEVER_TEXT})


@dataclass(frozen=True, slots=True)
class Said:
    """The carrier's verdict on a number, when it was written to, and to whom (None: nobody we know)."""

    number: str = field(repr=False)
    action: Action
    at: dt.datetime
    contact_id: uuid.UUID | None = None


def follow(unit: UnitOfWork, verdicts: Iterable[Said], now: dt.datetime) -> None:
    """Record what these verdicts say about the numbers themselves, in the transaction of what they ended.

    Opted out at the carrier: the person said STOP and we may not have heard it. Nobody has the number: it is
    dead for everyone who had it, and their next number comes up. No texts on the line: it is a landline.
    """
    for said in sorted(verdicts, key=lambda each: each.number):
        if said.action is Action.SUPPRESS:
            record_no(unit, said.number, said.contact_id, Origin(SAID_BY_TEXT, said.at))
        elif said.action is Action.RETIRE_NUMBER and channel_of(said.number) == EMAIL:
            bar_dead_address(unit, said.number, said.at)
        elif said.action is Action.RETIRE_NUMBER:
            _mark_dead(unit, said, now)
        elif said.action is Action.NEVER_TEXT:
            _mark_landline(unit, said.number)


def revive(unit: UnitOfWork, number: str, wrote_at: dt.datetime, now: dt.datetime) -> None:
    """Take a number that was marked dead as living again, for everybody who has it: somebody wrote from it
    afterwards, so somebody has it. Where it was taken off a person it stays off.
    """
    if _mark(unit, number, ContactPhone.dead_at < wrote_at, dead_at=None):
        sync_queues(unit, now=now, contact_ids=holders(unit, [number]))


def _wrote_since(unit: UnitOfWork, number: str, at: dt.datetime) -> bool:
    wrote = select(Conversation.id).where(
        Conversation.organisation_id == unit.organisation_id,
        Conversation.number == number,
        Conversation.last_inbound_at > at,
    )
    return unit.session.scalar(wrote) is not None


def _mark_dead(unit: UnitOfWork, said: Said, now: dt.datetime) -> None:
    if _wrote_since(unit, said.number, said.at):
        return
    marked = _mark(unit, said.number, ContactPhone.dead_at.is_(None), dead_at=said.at)
    if marked:
        sync_queues(unit, now=now, contact_ids=holders(unit, [said.number]))


def _mark_landline(unit: UnitOfWork, number: str) -> None:
    _mark(unit, number, ContactPhone.line_type != LineType.LANDLINE, line_type=LineType.LANDLINE.value)


def _mark(unit: UnitOfWork, number: str, where: ColumnElement[bool], **values: object) -> int:
    """Change everybody's row of the number, in the order in which others lock them; how many."""
    of_number = (ContactPhone.organisation_id == unit.organisation_id, ContactPhone.number == number)
    held = unit.session.scalars(
        select(ContactPhone.contact_id)
        .where(*of_number, where)
        .order_by(ContactPhone.contact_id)
        .with_for_update()
    ).all()
    if held:
        unit.session.execute(
            update(ContactPhone).where(*of_number, ContactPhone.contact_id.in_(held)).values(**values)
        )
    return len(held)
