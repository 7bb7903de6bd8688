"""A volunteer goes on in another campaign in mid-shift: at once while nobody is in hand, else after that
(contract §6).

The shift ends, with its counts, and another one begins in the other campaign. Whoever is on a line of their
own stays on it, since their room is theirs and not the shift's: nobody hangs up, and nothing rings.
"""

from __future__ import annotations

import uuid
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

from sqlalchemy import CompoundSelect, and_, select, union
from sqlalchemy.exc import IntegrityError

from dialer.carrier.port import Carrier, Rerouting
from dialer.domain.access import Permission, Role, require
from dialer.domain.dialling import DIALLED_MODES
from dialer.domain.errors import Conflict, InvalidTransition, NotFound, ValidationFailed
from dialer.domain.help_request import WITHDRAWN
from dialer.domain.line import HELD_VIA, holds_line
from dialer.domain.shift import CAMPAIGN_OVER
from dialer.domain.supervision import LEFT
from dialer.logs import get_logger
from dialer.services.calling import call_urls
from dialer.services.calling.call_jobs import ask_to_call_in
from dialer.services.calling.campaign_ends import end_if_done
from dialer.services.calling.help_requests import close_request
from dialer.services.calling.lines import begin_line, close_line, rest_elsewhere, say_goodbye
from dialer.services.calling.reach import open_assignment, reach_campaign, reach_shift
from dialer.services.calling.sessions import session_view
from dialer.services.calling.shift_begin import Beginning, begin_shift, new_shift, one_start_at_a_time
from dialer.services.calling.shift_states import free, move
from dialer.services.calling.supervision_states import end
from dialer.services.calling.views import SessionView
from dialer.services.contention import again_after_deadlock
from dialer.services.context import Context
from dialer.store.models.accounts import Account, AccountCampaign
from dialer.store.models.calling import Campaign, Shift
from dialer.store.queries import dialled, supervising
from dialer.store.queries.accounts import campaigns_of_teams, teams_in_reach
from dialer.store.session import UnitOfWork

AT_ONCE_MOST: Final = 500
ABOVE_CAMPAIGNS: Final = frozenset({Role.ADMIN, Role.COORDINATOR})
"""Who may call for every campaign."""
_NOT_ACTIVE: Final = "Nobody is called in that campaign just now."
_NOT_THEIRS: Final = "They don’t call for that campaign. Let them in first."

log = get_logger(__name__)


@dataclass(frozen=True, slots=True)
class How:
    """How the volunteer wants to be on the line there, where they aren't on one: as a new shift asks it."""

    via: str | None = None
    phone: str | None = None


@again_after_deadlock
def move_session(
    ctx: Context, session_id: uuid.UUID, campaign_id: uuid.UUID, how: How | None = None
) -> SessionView:
    """Have a volunteer go on in another active campaign of theirs: the new shift, or, while they have
    somebody in hand, the old one with `moving_to`. Its own campaign: they stay after all.

    A campaign that isn't active, a shift that is over: `InvalidTransition`. For somebody else: who manages
    the volunteers of both campaigns. One that the volunteer doesn't call for: `Conflict`.
    """
    with ctx.unit() as unit:
        one_start_at_a_time(unit, reach_shift(ctx, unit, session_id).account_id)
        shift = reach_shift(ctx, unit, session_id, lock=True)
        if shift.state == "ended":
            raise InvalidTransition("This shift is over. Start another one.", state="ended")
        if campaign_id == shift.campaign_id:
            return _stay(ctx, unit, shift)
        campaign = _target(ctx, unit, shift, campaign_id)
        ctx.audit(unit, "session.moved", "session", shift.id, {"campaign_id": str(campaign_id)})
        shift.stayed_from = None
        if _is_free(unit, shift):
            return _view(ctx, unit, _go(ctx, unit, shift, campaign, how))
        shift.moving_to = campaign.id
        return _view(ctx, unit, shift)


@again_after_deadlock
def stay(ctx: Context, session_id: uuid.UUID) -> SessionView:
    """They stay where they are after all. Who has gone already: `InvalidTransition`."""
    with ctx.unit() as unit:
        shift = reach_shift(ctx, unit, session_id, lock=True)
        if shift.state == "ended":
            raise InvalidTransition("They have gone on already.", state="ended")
        return _stay(ctx, unit, shift)


@again_after_deadlock
def follow(ctx: Context, session_id: uuid.UUID) -> None:
    """Move a shift that waited for the end of what it had in hand, if that is over. Where the campaign isn't
    active any more, or isn't theirs any more, they stay, are told so, and are ready. One whose own campaign
    is over ends, if nobody is in its hands; also one that began in the moment in which it ended.
    """
    require(ctx.actor, Permission.SYSTEM_RUN)
    with ctx.unit() as unit:
        seen = unit.session.get(Shift, (unit.organisation_id, session_id))
        if seen is None:
            return
        own = unit.session.get_one(Campaign, (unit.organisation_id, seen.campaign_id))
        if seen.moving_to is None and seen.end_reason is None and own.state != "ended":
            return
        one_start_at_a_time(unit, seen.account_id)
        unit.session.refresh(seen, with_for_update=True)
        if seen.state != "ended" and seen.moving_to is not None and _is_free(unit, seen):
            _go_or_stay(ctx, unit, seen, seen.moving_to)
        if seen.state != "ended" and (seen.end_reason is not None or own.state == "ended"):
            seen.end_reason = CAMPAIGN_OVER
            end_if_done(ctx, unit, seen, own)


def _go_or_stay(ctx: Context, unit: UnitOfWork, shift: Shift, campaign_id: uuid.UUID) -> None:
    campaign = unit.session.get_one(Campaign, (unit.organisation_id, campaign_id))
    if campaign.state == "active" and _calls_for(unit, shift.account_id, campaign.id):
        _go(ctx, unit, shift, campaign, None)
    else:
        shift.stayed_from = campaign.id
        _stay(ctx, unit, shift)


def follow_all(ctx: Context) -> int:
    """The same for every shift that waits for it: for what a lost job left; how many there were. One that
    can't be moved is logged, and holds up nobody behind it.
    """
    require(ctx.actor, Permission.SYSTEM_RUN)
    with ctx.unit() as unit:
        waiting = unit.session.scalars(_to_follow(unit).limit(AT_ONCE_MOST)).all()
    for session_id in waiting:
        try:
            follow(ctx, session_id)
        except (Conflict, InvalidTransition, NotFound, IntegrityError):
            log.warning("a volunteer could not go on in another campaign", exc_info=True)
    return len(waiting)


def _to_follow(unit: UnitOfWork) -> CompoundSelect[uuid.UUID]:
    """Who waits to go on elsewhere or to end, and who began in the moment in which the campaign ended, so
    that its end knew nothing of them. Each part by an index of open shifts.
    """
    shifts = select(Shift.id).where(Shift.organisation_id == unit.organisation_id)
    done_soon = Shift.state.in_(("ready", "assigned", "wrap_up", "paused"))
    over = and_(
        Campaign.organisation_id == Shift.organisation_id,
        Campaign.id == Shift.campaign_id,
        Campaign.state == "ended",
    )
    return union(
        shifts.where(Shift.moving_to.is_not(None), Shift.state.in_(("ready", "wrap_up", "paused"))),
        shifts.where(Shift.end_reason.is_not(None), done_soon),
        shifts.join(Campaign, over).where(Shift.end_reason.is_(None), done_soon),
    )


@dataclass(frozen=True, slots=True)
class MovedView:
    """What became of many: who went at once, who goes after their call, and who doesn't, and why."""

    moved: int
    after_call: int
    refused: list[tuple[uuid.UUID, str]] = field(default_factory=list)


def move_sessions(
    ctx: Context, campaign_id: uuid.UUID, to: uuid.UUID, session_ids: Sequence[uuid.UUID] | None
) -> MovedView:
    """Have these volunteers of a campaign, or (None) all who are on a shift in it, go on in another one."""
    with ctx.unit() as unit:
        reach_campaign(ctx, unit, campaign_id, Permission.VOLUNTEER_MANAGE)
        target = reach_campaign(ctx, unit, to, Permission.VOLUNTEER_MANAGE)
        if target.state != "active":
            raise InvalidTransition(_NOT_ACTIVE, state=target.state)
        here = _open_in(unit, campaign_id)
    if to == campaign_id:
        raise ValidationFailed.at("/to", "Choose another campaign.")
    chosen = here if session_ids is None else list(dict.fromkeys(session_ids))
    refused = [(one, "Nobody is on such a shift here.") for one in chosen if one not in here]
    counts: Counter[bool] = Counter()
    for session_id in (one for one in chosen if one in here):
        try:
            counts[move_session(ctx, session_id, to).moving_to is None] += 1
        except (Conflict, InvalidTransition, NotFound) as refusal:
            refused.append((session_id, refusal.detail))
    return MovedView(counts[True], counts[False], refused)


def campaigns_for(ctx: Context, session_id: uuid.UUID) -> list[tuple[uuid.UUID, str]]:
    """The other active campaigns in which the volunteer of a shift may go on, by name."""
    with ctx.unit() as unit:
        shift = reach_shift(ctx, unit, session_id)
        query = select(Campaign.id, Campaign.name).where(
            Campaign.organisation_id == unit.organisation_id,
            Campaign.state == "active",
            Campaign.id != shift.campaign_id,
        )
        account = unit.session.get_one(Account, (unit.organisation_id, shift.account_id))
        if account.role not in ABOVE_CAMPAIGNS:
            query = query.where(Campaign.id.in_(_their_campaigns(unit, account)))
        found = unit.session.execute(query.order_by(Campaign.name, Campaign.id)).all()
        return [(row.id, row.name) for row in found if ctx.actor.sees_campaign(row.id)]


def part_from_line(ctx: Context, carrier: Carrier, call_id: uuid.UUID) -> None:
    """Have the carrier ask what a line is to hear that was left: why it ends. Raises CarrierError."""
    require(ctx.actor, Permission.SYSTEM_RUN)
    with ctx.unit() as unit:
        sid = dialled.open_sid(unit, call_id)
    if sid is not None and not carrier.redirect_call(sid, Rerouting(url=call_urls.line(ctx, call_id))):
        carrier.end_call(sid)


def _calls_for(unit: UnitOfWork, account_id: uuid.UUID, campaign_id: uuid.UUID) -> bool:
    """Whether somebody may call for a campaign now: they were let in, or it is in their reach."""
    account = unit.session.get_one(Account, (unit.organisation_id, account_id), populate_existing=True)
    return account.role in ABOVE_CAMPAIGNS or campaign_id in _their_campaigns(unit, account)


def _their_campaigns(unit: UnitOfWork, account: Account) -> set[uuid.UUID]:
    """Those of somebody who isn't above campaigns; an organiser's teams' too."""
    query = select(AccountCampaign.campaign_id).where(
        AccountCampaign.organisation_id == unit.organisation_id,
        AccountCampaign.account_id == account.id,
        AccountCampaign.approved,
    )
    own = set(unit.session.scalars(query))
    if account.role != Role.ORGANISER:
        return own
    teams = teams_in_reach(unit.session, unit.organisation_id, account.id)
    return own | campaigns_of_teams(unit.session, unit.organisation_id, teams)


def _open_in(unit: UnitOfWork, campaign_id: uuid.UUID) -> list[uuid.UUID]:
    query = select(Shift.id).where(
        Shift.organisation_id == unit.organisation_id,
        Shift.campaign_id == campaign_id,
        Shift.state != "ended",
    )
    return list(unit.session.scalars(query.order_by(Shift.id)))


def _target(ctx: Context, unit: UnitOfWork, shift: Shift, campaign_id: uuid.UUID) -> Campaign:
    """Where they go on, if the actor may send them there and they call for it."""
    own = ctx.actor.account_id == shift.account_id
    if not own:
        require(ctx.actor, Permission.VOLUNTEER_MANAGE, campaign_id=shift.campaign_id)
    permission = Permission.SHIFT_RUN if own else Permission.VOLUNTEER_MANAGE
    campaign = reach_campaign(ctx, unit, campaign_id, permission)
    if not _calls_for(unit, shift.account_id, campaign_id):
        raise Conflict(_NOT_THEIRS)
    if campaign.state != "active":
        raise InvalidTransition(_NOT_ACTIVE, state=campaign.state)
    return campaign


def _is_free(unit: UnitOfWork, shift: Shift) -> bool:
    """Whether nobody is in their hands, nor on their line."""
    in_hand = open_assignment(unit, shift.id) or dialled.leg_on_line_of(unit, shift.id)
    return in_hand is None


def _stay(ctx: Context, unit: UnitOfWork, shift: Shift) -> SessionView:
    shift.moving_to = None
    if shift.state == "wrap_up" and _is_free(unit, shift):
        free(unit, shift, ctx.now)
    return _view(ctx, unit, shift)


def _go(ctx: Context, unit: UnitOfWork, shift: Shift, campaign: Campaign, how: How | None) -> Shift:
    """End a shift (locked, with nobody in hand) and begin the next, on the same line."""
    how = how or How()
    begins = Beginning(
        shift.account_id, campaign.id, how.via or _via(shift, campaign), how.phone or shift.phone
    )
    wanted = new_shift(ctx, begins, shift)
    if shift.state == "paused":
        wanted.state, wanted.ready_since, wanted.pause_reason = "paused", None, shift.pause_reason
        wanted.rests_until = shift.rests_until
    move(unit, shift, ctx.now, "ended")
    shift.ended_at, shift.moving_to = ctx.now, None
    unit.session.flush()
    after, there, _ = begin_shift(ctx, unit, wanted)
    shift.moved_to = after.id
    if there is not None and shift.line_call_id is not None:
        close_line(ctx, unit, there)
    _make_way(ctx, unit, shift, after)
    supervising.move_on(unit, shift.id, after.id, campaign.id)
    rest_elsewhere(ctx, unit, after)
    if not holds_line(campaign.dialing_mode, after.via):
        say_goodbye(ctx, unit, shift)
    before = shift if shift.line_call_id is not None or there is None else there
    begin_line(ctx, unit, campaign, after, before, ring=how.via is not None)
    unit.session.flush()
    ask_to_call_in(ctx, unit, after)
    return after


def _make_way(ctx: Context, unit: UnitOfWork, before: Shift, after: Shift) -> None:
    """A shift has one request for help and one supervisor: what was open in the one in which they rested
    gives way to what is open in the one that they come from.
    """
    asked = supervising.open_help(unit, after.id, lock=True)
    if asked is not None and supervising.open_help(unit, before.id) is not None:
        close_request(ctx, unit, asked, WITHDRAWN)
    other = supervising.supervision_of(unit, after.id)
    if other is not None and supervising.supervision_of(unit, before.id) is not None:
        end(ctx, unit, after, other, LEFT)


def _via(shift: Shift, campaign: Campaign) -> str:
    """As before; who has rung people by hand waits on a line where the dialler rings, and is asked in."""
    if campaign.dialing_mode in DIALLED_MODES and shift.via not in HELD_VIA:
        return "phone"
    return shift.via


def _view(ctx: Context, unit: UnitOfWork, shift: Shift) -> SessionView:
    return session_view(ctx, unit, shift, open_assignment(unit, shift.id))
