"""A volunteer asks for their line: to be rung, or to come by browser or by dialling in (contract §6)."""

from __future__ import annotations

import uuid

from dialer.domain.access import Permission
from dialer.domain.errors import Conflict, InvalidTransition
from dialer.domain.line import holds_line
from dialer.services.calling.lines import NO_LINE_HERE, give_pin, ring_volunteer
from dialer.services.calling.reach import open_assignment, reach_campaign, reach_shift
from dialer.services.calling.sessions import session_view
from dialer.services.calling.views import SessionView
from dialer.services.contention import again_after_deadlock
from dialer.services.context import Context
from dialer.store.models.calling import Shift


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
        shift = reach_shift(ctx, unit, session_id, lock=True)
        if shift.state == "ended":
            raise InvalidTransition("This shift is over. Start another one.", state="ended")
        campaign = reach_campaign(ctx, unit, shift.campaign_id, Permission.SHIFT_RUN)
        wanted = via or _way_of(shift)
        if not holds_line(campaign.dialing_mode, wanted):
            raise Conflict(NO_LINE_HERE)
        shift.via, shift.last_seen_at = wanted, ctx.now
        give_pin(unit, shift)
        if wanted == "phone":
            ring_volunteer(ctx, unit, campaign, shift, phone)
        return session_view(unit, shift, open_assignment(unit, shift.id))


def _way_of(shift: Shift) -> str:
    """How they come, where they don't say: as before, and by phone where they had no line."""
    return "phone" if shift.via == "own_phone" else shift.via
