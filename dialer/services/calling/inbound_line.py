"""The line on which people ring back: who called them, and a key that stops it (contract §6; design §8).

The no is decided and committed in the carrier's own request, before its 2xx.
"""

from __future__ import annotations

import re
import uuid
from dataclasses import dataclass
from typing import Final

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert

from dialer.domain.access import Permission, require
from dialer.domain.line import STOP_KEY
from dialer.domain.ringing import next_look
from dialer.services.calling.dialling_in import expects_volunteers
from dialer.services.context import Context
from dialer.services.people.opt_outs import bar_number, cover_number, record_opt_out
from dialer.services.people.weighing import Origin
from dialer.store.models import new_id
from dialer.store.models.accounts import Organisation
from dialer.store.models.calling import Campaign
from dialer.store.models.calls import Call
from dialer.store.queries.calls import holders_of_number
from dialer.store.session import UnitOfWork

KEYPAD: Final = "keypad"
_NUMBER: Final = re.compile(r"\+[1-9]\d{6,14}")


@dataclass(frozen=True, slots=True)
class Greeting:
    """What a caller is told: who we are, (where their number shows) how to be left alone, and (where some
    may ring in) how a volunteer joins.
    """

    call_id: uuid.UUID
    organisation: str
    can_stop: bool
    volunteers: bool


@dataclass(frozen=True, slots=True)
class Pressed:
    """What a key brought: their no was taken, or it was another key."""

    greeting: Greeting
    stopped: bool


def ring_in(ctx: Context, sid: str, caller: str, to: str) -> Greeting:
    """Somebody rings. The same call told again is the same row, and hears the same."""
    require(ctx.actor, Permission.CARRIER_TELL)
    number = caller if _NUMBER.fullmatch(caller) else None
    with ctx.unit() as unit:
        statement = insert(Call).values(_row(ctx, unit, sid, number, to)).on_conflict_do_nothing()
        unit.session.execute(statement)
        return _greeting(unit, _call(unit, sid))


def press(ctx: Context, sid: str, digits: str) -> Pressed:
    """Somebody whose call is known pressed keys. The one that stops it is their no to calls, on the number
    they ring from.
    """
    require(ctx.actor, Permission.CARRIER_TELL)
    with ctx.unit() as unit:
        call = _call(unit, sid)
        greeting = _greeting(unit, call)
        stopped = call.number is not None and stop_calls_to(ctx, unit, call.number, digits)
        return Pressed(greeting, stopped=stopped)


def stop_calls_to(ctx: Context, unit: UnitOfWork, number: str, digits: str) -> bool:
    """Take the no of whoever pressed the key that stops our calls to this number; False for another key."""
    if digits != STOP_KEY:
        return False
    _bar(ctx, unit, number)
    return True


def _row(ctx: Context, unit: UnitOfWork, sid: str, number: str | None, to: str) -> dict[str, object]:
    """The call as it is kept: about the campaign that last rang this number, else one that shows ours."""
    last = _last_call_to(unit, number)
    holders = holders_of_number(unit, number) if number else ()
    return {
        "organisation_id": unit.organisation_id,
        "id": new_id(),
        "direction": "inbound",
        "mode": "inbound",
        "campaign_id": last.campaign_id if last else _campaign_showing(unit, to),
        "contact_id": last.contact_id if last else next(iter(holders), None),
        "number": number,
        "caller_id": to,
        "state": "in_progress",
        "dial_state": "dialled",
        "carrier_sid": sid,
        "charged_legs": [],
        "deadline_at": ctx.now + next_look(0, ctx.voice.reconcile_after_s),
        "created_at": ctx.now,
        "ringing_at": ctx.now,
        "answered_at": ctx.now,
    }


def _last_call_to(unit: UnitOfWork, number: str | None) -> Call | None:
    if number is None:
        return None
    return unit.session.scalar(
        select(Call)
        .where(
            Call.organisation_id == unit.organisation_id,
            Call.number == number,
            Call.direction == "outbound",
            Call.contact_rung_at.is_not(None),
        )
        .order_by(Call.id.desc())
        .limit(1)
    )


def _campaign_showing(unit: UnitOfWork, to: str) -> uuid.UUID | None:
    """The latest campaign that shows this number of ours to people it rings."""
    return unit.session.scalar(
        select(Campaign.id)
        .where(Campaign.organisation_id == unit.organisation_id, Campaign.caller_ids.contains([to]))
        .order_by(Campaign.id.desc())
        .limit(1)
    )


def _call(unit: UnitOfWork, sid: str) -> Call:
    return unit.session.scalars(
        select(Call).where(Call.organisation_id == unit.organisation_id, Call.carrier_sid == sid)
    ).one()


def _greeting(unit: UnitOfWork, call: Call) -> Greeting:
    organisation = unit.session.get_one(Organisation, unit.organisation_id)
    volunteers = expects_volunteers(unit)
    return Greeting(call.id, organisation.name, can_stop=call.number is not None, volunteers=volunteers)


def _bar(ctx: Context, unit: UnitOfWork, number: str) -> None:
    """Let nobody ring this number any more, whoever has it; again changes nothing.

    Where one person alone has it the no is theirs too, and covers their other numbers, now or later.
    """
    holders = holders_of_number(unit, number)
    if len(holders) == 1 and record_opt_out(unit, holders[0], "voice", Origin(KEYPAD, ctx.now)):
        cover_number(unit, holders[0], "voice", number)
        ctx.audit(unit, "opt_out.added", "contact", holders[0], {"channels": ["voice"], "source": KEYPAD})
    suppression_id = bar_number(unit, number, "voice", Origin(KEYPAD, ctx.now))
    if suppression_id is not None:
        what = {"channels": ["voice"], "source": KEYPAD}
        ctx.audit(unit, "opt_out.added", "suppression", suppression_id, what)
