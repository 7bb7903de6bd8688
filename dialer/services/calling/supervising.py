"""A coordinator listens in, whispers to a volunteer, or takes a talk over (issue of dialled modes).

They have a leg of their own in the volunteer's room, rung to a phone that is shown to be theirs or opened by
their browser. One supervises a shift at a time, and each one shift. The volunteer's page shows who it is from
the moment they ask.
"""

from __future__ import annotations

import datetime as dt
import uuid
from dataclasses import dataclass
from typing import Final

from dialer.carrier.port import VoiceTokens
from dialer.domain.access import Permission
from dialer.domain.call import SUPERVISOR
from dialer.domain.caller_id import pick_caller_id
from dialer.domain.errors import Conflict, InvalidTransition, NotFound
from dialer.domain.supervision import AWAY, LEFT, NOT_OPENED, OPENED_WITHIN, TAKE_OVER, identity_of
from dialer.services.calling.call_rows import call_to_place
from dialer.services.calling.line_asking import NO_BROWSERS, BrowserToken
from dialer.services.calling.reach import open_assignment, reach_campaign, reach_shift, volunteer_id
from dialer.services.calling.ring_gate import WORDS, supervisor_refusal
from dialer.services.calling.ringing import NO_CALLER_ID, ask_to_place, own_phone
from dialer.services.calling.room_settling import change_room
from dialer.services.calling.sessions import session_view
from dialer.services.calling.shift_begin import one_start_at_a_time
from dialer.services.calling.supervision_states import (
    ask_to_move,
    end,
    is_there,
    step_aside,
    take_over,
)
from dialer.services.calling.talk_views import talk_on
from dialer.services.calling.two_in_a_room import ring_me_talk, take_into_room
from dialer.services.calling.views import SessionView
from dialer.services.contention import again_after_deadlock
from dialer.services.context import Context
from dialer.store.models import new_id
from dialer.store.models.accounts import Account
from dialer.store.models.calling import Campaign, Shift
from dialer.store.models.supervising import Supervision
from dialer.store.queries import supervising, transfers
from dialer.store.session import UnitOfWork

NOT_ON_LINE: Final = (
    "They are neither on a line of their own nor in a call that goes through us, so nobody can come in."
)
ON_ANOTHER_LINE: Final = "They have a line of their own open elsewhere, so nobody can come into this call."
NOBODY_THERE: Final = "Nobody is on the line with them now."
PUT_THROUGH: Final = "They are being put through to somebody."
YOUR_OWN: Final = "This shift is your own."
SOMEBODY_ELSE: Final = "Somebody else is with them already."
NOT_TAKEN_OVER: Final = "Nobody has taken over this talk."
IN_A_TALK: Final = "You are in a talk that you have taken over. Finish it first."
WITHOUT_THEM: Final = "The volunteer has left this talk. Stay until it is over."


@dataclass(frozen=True, slots=True)
class SupervisionView:
    """A coordinator with a volunteer: `joined_at` once they are in the room, `volunteer` (`hears` or `away`)
    where the volunteer is while they have taken over.
    """

    id: uuid.UUID
    session_id: uuid.UUID
    supervisor_id: uuid.UUID
    name: str
    mode: str
    volunteer: str
    via: str
    since: dt.datetime
    joined_at: dt.datetime | None


@again_after_deadlock
def supervise(
    ctx: Context, session_id: uuid.UUID, mode: str, *, via: str = "phone", phone: str | None = None
) -> SupervisionView:
    """Come into the room of a volunteer who is on their line, or in a call that we put through, of which both
    are led there: by `phone` it is rung, by `browser` it opens its leg itself. Asked again: the same
    supervision, in this mode. Whom they supervised before is left.

    `Conflict` where the volunteer is on neither, another coordinator is with them, there is nobody to take
    over, or the phone can't be rung.
    """
    with ctx.unit() as unit:
        supervisor = volunteer_id(ctx)
        one_start_at_a_time(unit, supervisor)
        shift, campaign = _reach(ctx, unit, session_id)
        if shift.account_id == supervisor:
            raise Conflict(YOUR_OWN)
        one = supervising.supervision_of(unit, shift.id)
        if one is not None:
            return _view(unit, _turn_to(ctx, unit, shift, _mine(one, supervisor), mode))
        if shift.line_state != "open":
            _lead_into_room(ctx, unit, shift)
        _check_talk(unit, shift, mode)
        _leave_other(ctx, unit, supervisor)
        one = _begin(ctx, unit, shift, mode, via)
        if via == "phone":
            _ring(ctx, unit, campaign, one, phone)
        unit.session.flush()
        change_room(ctx, unit, shift)
        return _view(unit, one)


@again_after_deadlock
def change_supervision(
    ctx: Context, session_id: uuid.UUID, *, mode: str | None = None, volunteer: str | None = None
) -> SupervisionView:
    """Listen, whisper or take over from now on; or let the volunteer go out of the talk that was taken over.

    `NotFound` where nobody supervises, `Conflict` where somebody else does, there is nobody to take over, or
    the volunteer has left the talk already.
    """
    with ctx.unit() as unit:
        shift, _ = _reach(ctx, unit, session_id)
        one = supervising.supervision_of(unit, shift.id)
        if one is None:
            raise NotFound
        _mine(one, volunteer_id(ctx))
        if mode is not None:
            _turn_to(ctx, unit, shift, one, mode)
        if volunteer == AWAY and not step_aside(ctx, unit, shift, one):
            raise Conflict(NOT_TAKEN_OVER)
        return _view(unit, one)


@again_after_deadlock
def leave_supervision(ctx: Context, session_id: uuid.UUID) -> None:
    """Leave the room. Where nobody is in it: no change."""
    with ctx.unit() as unit:
        shift, _ = _reach(ctx, unit, session_id)
        one = supervising.supervision_of(unit, shift.id)
        if one is not None:
            end(ctx, unit, shift, _mine(one, volunteer_id(ctx)), LEFT)
            ctx.audit(unit, "session.supervision_ended", "session", shift.id)


@again_after_deadlock
def leave_it_to_them(ctx: Context, session_id: uuid.UUID) -> SessionView:
    """The volunteer leaves the talk to the coordinator who has taken it over. Again: no change.

    `Conflict` where nobody has.
    """
    with ctx.unit() as unit:
        shift = reach_shift(ctx, unit, session_id, lock=True)
        one = supervising.supervision_of(unit, shift.id)
        if one is None or not step_aside(ctx, unit, shift, one):
            raise Conflict(NOT_TAKEN_OVER)
        return session_view(ctx, unit, shift, open_assignment(unit, shift.id))


def supervision_token(ctx: Context, session_id: uuid.UUID, tokens: VoiceTokens) -> BrowserToken:
    """What lets the coordinator's browser open their leg, and nothing else, for less than an hour.

    `NotFound` where they don't supervise by browser, `Conflict` where nobody can call from one.
    """
    with ctx.unit() as unit:
        shift, _ = _reach(ctx, unit, session_id)
        one = supervising.supervision_of(unit, shift.id)
        if one is None or one.via != "browser":
            raise NotFound
        identity = identity_of(one.organisation_id, _mine(one, volunteer_id(ctx)).id)
    if not tokens.is_ready:
        raise Conflict(NO_BROWSERS)
    made = tokens.token_for(identity, ctx.now)
    return BrowserToken(made.text, identity, made.expires_at)


def my_browser(ctx: Context) -> str:
    """The name under which the actor's browser shows itself to the carrier while they supervise by it.

    `NotFound` where they don't.
    """
    with ctx.unit() as unit:
        one = supervising.supervision_by(unit, volunteer_id(ctx))
        if one is None or one.via != "browser":
            raise NotFound
        return identity_of(one.organisation_id, one.id)


def keep_supervisions(ctx: Context) -> None:
    """End those whose browser never came, and move again who wasn't seen to move. For the cron's tick."""
    with ctx.unit() as unit:
        unopened = supervising.unopened(unit, ctx.now - OPENED_WITHIN)
        unmoved = supervising.unmoved(unit, ctx.now)
    for shift_id in unopened:
        _give_up(ctx, shift_id)
    for supervision_id in unmoved:
        ask_to_move(ctx, supervision_id)


def _give_up(ctx: Context, shift_id: uuid.UUID) -> None:
    with ctx.unit() as unit:
        shift = unit.session.get_one(Shift, (unit.organisation_id, shift_id), with_for_update=True)
        one = supervising.supervision_of(unit, shift.id)
        if one is not None and one.call_id is None:
            end(ctx, unit, shift, one, NOT_OPENED)


def _reach(ctx: Context, unit: UnitOfWork, session_id: uuid.UUID) -> tuple[Shift, Campaign]:
    """A shift, locked, with its campaign, for those who may come into its room."""
    shift = reach_shift(ctx, unit, session_id, lock=True)
    campaign = reach_campaign(ctx, unit, shift.campaign_id, Permission.CALL_SUPERVISE)
    if shift.state == "ended":
        raise InvalidTransition("This shift is over.", state="ended")
    return shift, campaign


def _mine(one: Supervision, supervisor: uuid.UUID) -> Supervision:
    if one.account_id != supervisor:
        raise Conflict(SOMEBODY_ELSE)
    return one


def _turn_to(ctx: Context, unit: UnitOfWork, shift: Shift, one: Supervision, mode: str) -> Supervision:
    """Another mode, in the middle of it. The same again: no change."""
    if one.mode == mode:
        return one
    if one.volunteer == AWAY:
        raise Conflict(WITHOUT_THEM)
    _check_talk(unit, shift, mode)
    one.mode = mode
    one.taken_over_at = None
    if mode == TAKE_OVER and is_there(unit, one):
        take_over(ctx, unit, shift, one)
    ctx.audit(unit, "session.supervision_changed", "session", shift.id, {"mode": mode})
    unit.session.flush()
    change_room(ctx, unit, shift)
    return one


def _check_talk(unit: UnitOfWork, shift: Shift, mode: str) -> None:
    if mode != TAKE_OVER:
        return
    talk = talk_on(unit, shift)
    if talk is None:
        raise Conflict(NOBODY_THERE)
    if transfers.open_of(unit, talk.id) is not None:
        raise Conflict(PUT_THROUGH)


def _lead_into_room(ctx: Context, unit: UnitOfWork, shift: Shift) -> None:
    """Whom the volunteer of a shift (locked) talks with by ring-me, or from their browser, goes with them
    into their room, so that somebody else can come in.
    """
    assignment = open_assignment(unit, shift.id, lock=True)
    talk = ring_me_talk(unit, assignment.id) if assignment is not None else None
    if talk is None:
        raise Conflict(NOT_ON_LINE)
    take_into_room(ctx, unit, shift, talk, refusal=ON_ANOTHER_LINE)
    unit.session.flush()


def _leave_other(ctx: Context, unit: UnitOfWork, supervisor: uuid.UUID) -> None:
    """They can be in one room at a time. A talk that they have taken over isn't left like that."""
    other = supervising.supervision_by(unit, supervisor)
    if other is None:
        return
    if other.mode == TAKE_OVER and is_there(unit, other):
        raise Conflict(IN_A_TALK)
    shift = unit.session.get_one(Shift, (unit.organisation_id, other.shift_id), with_for_update=True)
    end(ctx, unit, shift, other, LEFT)


def _begin(ctx: Context, unit: UnitOfWork, shift: Shift, mode: str, via: str) -> Supervision:
    one = Supervision(
        organisation_id=shift.organisation_id,
        id=new_id(),
        campaign_id=shift.campaign_id,
        shift_id=shift.id,
        account_id=volunteer_id(ctx),
        via=via,
        mode=mode,
        volunteer="hears",
        asked_at=ctx.now,
    )
    unit.session.add(one)
    ctx.audit(unit, "session.supervised", "session", shift.id, {"mode": mode, "via": via})
    return one


def _ring(ctx: Context, unit: UnitOfWork, campaign: Campaign, one: Supervision, phone: str | None) -> None:
    if reason := supervisor_refusal(unit, campaign):
        raise Conflict(WORDS[reason], reason=reason)
    own = own_phone(ctx, unit, one.account_id, phone)
    caller_id = pick_caller_id(campaign.caller_ids, own)
    if caller_id is None:
        raise Conflict(NO_CALLER_ID)
    call = call_to_place(
        ctx,
        unit,
        SUPERVISOR,
        campaign_id=one.campaign_id,
        account_id=one.account_id,
        caller_id=caller_id,
        rings=own,
        shift_id=one.shift_id,
    )
    one.call_id = call.id
    unit.after_commit(lambda: ask_to_place(ctx))


def _view(unit: UnitOfWork, one: Supervision) -> SupervisionView:
    account = unit.session.get_one(Account, (unit.organisation_id, one.account_id))
    return SupervisionView(
        id=one.id,
        session_id=one.shift_id,
        supervisor_id=one.account_id,
        name=account.name,
        mode=one.mode,
        volunteer=one.volunteer,
        via=one.via,
        since=one.asked_at,
        joined_at=one.joined_at,
    )
