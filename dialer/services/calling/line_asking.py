"""A volunteer asks for their line: to be rung, or to come by browser or by dialling in (contract §6)."""

from __future__ import annotations

import datetime as dt
import uuid
from dataclasses import dataclass, field
from typing import Final

from dialer.carrier.port import VoiceTokens
from dialer.domain.access import Permission
from dialer.domain.call import FINAL
from dialer.domain.errors import Conflict, Forbidden, InvalidTransition
from dialer.domain.line import holds_line, identity_of
from dialer.services.calling.lines import NO_LINE_HERE, give_pin, ring_volunteer
from dialer.services.calling.reach import open_assignment, reach_campaign, reach_shift
from dialer.services.calling.sessions import session_view
from dialer.services.calling.views import SessionView
from dialer.services.contention import again_after_deadlock
from dialer.services.context import Context
from dialer.store.models.calling import Shift
from dialer.store.models.calls import Call

NO_BROWSERS: Final = "Calling in the browser isn’t set up here. We can ring your phone instead."

NOT_YOURS: Final = "Only whoever calls in this session can speak on its line."


@dataclass(frozen=True, slots=True)
class BrowserToken:
    """An access token of the carrier's for one shift's browser, the name in it, and when it ends."""

    token: str = field(repr=False)
    identity: str
    expires_at: dt.datetime


@again_after_deadlock
def ask_for_line(
    ctx: Context, session_id: uuid.UUID, *, via: str | None = None, phone: str | None = None
) -> SessionView:
    """Have the line of a shift back, or have it another way. By `phone`: it is rung, unless it is ringing or
    on the line; another phone than before takes the line over. By `browser`: only the way is kept, as the
    browser opens its leg itself.

    `Conflict` in a campaign where nobody is dialled, and where the phone can't be rung; `InvalidTransition`
    for a shift that is over.
    """
    with ctx.unit() as unit:
        shift = _living(reach_shift(ctx, unit, session_id, lock=True))
        campaign = reach_campaign(ctx, unit, shift.campaign_id, Permission.SHIFT_RUN)
        wanted = via or _way_of(shift)
        if not holds_line(campaign.dialing_mode, wanted):
            raise Conflict(NO_LINE_HERE)
        shift.via, shift.last_seen_at = wanted, ctx.now
        give_pin(unit, shift)
        if wanted == "phone":
            ring_volunteer(ctx, unit, campaign, shift, phone)
        return session_view(ctx, unit, shift, open_assignment(unit, shift.id))


def browser_token(ctx: Context, session_id: uuid.UUID, tokens: VoiceTokens) -> BrowserToken:
    """What lets the browser open the line of their shift, or ring whom they have in hand in it, and nothing
    else, for less than an hour. The page asks for another before it ends.

    Only theirs: whoever has it speaks as the volunteer. `Forbidden` for anybody else, `Conflict` where nobody
    can call from a browser; `InvalidTransition` for a shift that is over.
    """
    with ctx.unit() as unit:
        shift = _living(reach_shift(ctx, unit, session_id))
        if shift.account_id != ctx.actor.account_id:
            raise Forbidden(NOT_YOURS)
        reach_campaign(ctx, unit, shift.campaign_id, Permission.SHIFT_RUN)
        if not tokens.is_ready:
            raise Conflict(NO_BROWSERS)
        identity = identity_of(shift.organisation_id, shift.id)
    made = tokens.token_for(identity, ctx.now)
    return BrowserToken(made.text, identity, made.expires_at)


def is_elsewhere(ctx: Context, session_id: uuid.UUID, sid: str) -> bool:
    """Whether another leg than this one (by the carrier's name) is the line of a shift by now: the volunteer
    came by another browser, or by phone, and this one isn't to take it back by itself.
    """
    with ctx.unit() as unit:
        shift = reach_shift(ctx, unit, session_id)
        if shift.line_call_id is None:
            return False
        line = unit.session.get_one(Call, (unit.organisation_id, shift.line_call_id))
        return line.carrier_sid != sid and line.state not in FINAL


def _living(shift: Shift) -> Shift:
    if shift.state == "ended":
        raise InvalidTransition("This shift is over. Start another one.", state="ended")
    return shift


def _way_of(shift: Shift) -> str:
    """How they come, where they don't say: as before, and by phone where they had no line."""
    return "phone" if shift.via == "own_phone" else shift.via
