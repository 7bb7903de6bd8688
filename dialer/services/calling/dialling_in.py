"""A volunteer rings in and types their PIN: the call becomes the line of their shift (contract §6).

Wrong PINs are counted, by call, by number and all together, so that nobody guesses their way to a voter.
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass

from sqlalchemy import and_, delete, exists, func, or_, select

from dialer.domain.access import Permission, require
from dialer.domain.call import LINE
from dialer.domain.line import TRIES_WITHIN, looks_like_pin, may_try_pin
from dialer.services.calling.bridging import GoodBye
from dialer.services.calling.call_evidence import hold_call
from dialer.services.calling.line_joining import Enter, enter, lock_shift
from dialer.services.calling.lines import shift_with, take_line
from dialer.services.contention import again_after_deadlock
from dialer.services.context import Context
from dialer.store.models import new_id
from dialer.store.models.accounts import Account
from dialer.store.models.calling import Shift
from dialer.store.models.calls import Call, PinTry
from dialer.store.models.phones import AccountPhone
from dialer.store.session import UnitOfWork


@dataclass(frozen=True, slots=True)
class NotLetIn:
    """It was no PIN of anybody's; `again`: another one may be tried in this call."""

    again: bool


@again_after_deadlock
def dial_in(ctx: Context, call_id: uuid.UUID, digits: str) -> Enter | NotLetIn | GoodBye:
    """Somebody whose call is known typed a PIN. The right one again: the same answer. What isn't a whole PIN
    is no try.
    """
    require(ctx.actor, Permission.CARRIER_TELL)
    with ctx.unit() as unit:
        _one_try_at_a_time(unit)
        call = unit.session.get_one(Call, (unit.organisation_id, call_id))
        if call.mode == LINE:
            return _let_in(ctx, unit, call)
        if not _may_try(ctx, unit, call):
            return NotLetIn(again=False)
        shift_id = shift_with(unit, digits) if looks_like_pin(digits) else None
        shift = lock_shift(unit, shift_id) if shift_id else None
        if shift is None or shift.state == "ended":
            return _wrong(ctx, unit, call, digits)
        _make_line(ctx, unit, call, shift)
        return _let_in(ctx, unit, call)


def expects_volunteers(unit: UnitOfWork) -> bool:
    """Whether there is anybody who could ring in with a PIN: others needn't hear of it."""
    there = exists().where(
        Shift.organisation_id == unit.organisation_id, Shift.pin.is_not(None), Shift.state != "ended"
    )
    return bool(unit.session.scalar(select(there)))


def _let_in(ctx: Context, unit: UnitOfWork, call: Call) -> Enter | GoodBye:
    held = hold_call(ctx, unit, call.id)
    return enter(held) if held else GoodBye("lost")


def _make_line(ctx: Context, unit: UnitOfWork, call: Call, shift: Shift) -> None:
    """From here on it isn't somebody who rings back: it is about no contact, from a volunteer's number."""
    call.mode, call.shift_id, call.account_id = LINE, shift.id, shift.account_id
    call.campaign_id, call.contact_id = shift.campaign_id, None
    call.volunteer_number, call.number = call.number, None
    take_line(ctx, unit, shift, call)
    ctx.audit(unit, "line.dialled_in", "session", shift.id)


def _wrong(ctx: Context, unit: UnitOfWork, call: Call, digits: str) -> NotLetIn:
    if looks_like_pin(digits):
        unit.session.add(
            PinTry(organisation_id=unit.organisation_id, id=new_id(), call_id=call.id, at=ctx.now)
        )
        unit.session.flush()
    return NotLetIn(again=_may_try(ctx, unit, call))


def _may_try(ctx: Context, unit: UnitOfWork, call: Call) -> bool:
    """Whether this call may try a PIN; tries that are too old to count are forgotten."""
    organisation = PinTry.organisation_id == unit.organisation_id
    unit.session.execute(delete(PinTry).where(organisation, PinTry.at < ctx.now - TRIES_WITHIN))
    here = func.count().filter(PinTry.call_id == call.id)
    from_number = func.count().filter(Call.number == call.number)
    of_call = and_(Call.organisation_id == PinTry.organisation_id, Call.id == PinTry.call_id)
    counted = select(here, from_number, func.count()).select_from(PinTry).join(Call, of_call)
    in_call, by_number, in_all = unit.session.execute(counted.where(organisation)).one()
    return may_try_pin(
        in_call=in_call, from_number=by_number, in_all=in_all, known=_is_of_volunteer(unit, call.number)
    )


def _is_of_volunteer(unit: UnitOfWork, number: str | None) -> bool:
    """Whether somebody has shown that this phone is theirs."""
    own = exists().where(
        Account.organisation_id == unit.organisation_id,
        Account.phone == number,
        Account.phone_confirmed_at.is_not(None),
    )
    shown = exists().where(
        AccountPhone.organisation_id == unit.organisation_id, AccountPhone.number == number
    )
    return number is not None and bool(unit.session.scalar(select(or_(own, shown))))


def _one_try_at_a_time(unit: UnitOfWork) -> None:
    """Tries that come at once are counted one after the other."""
    name = func.hashtextextended(f"PIN {unit.organisation_id}", 0)
    unit.session.execute(select(func.pg_advisory_xact_lock(name)))
