"""What a crew marks on a walk of a knock-up, and takes back."""

from __future__ import annotations

import uuid
from dataclasses import dataclass

from dialer.domain.access import Permission
from dialer.domain.election import Phase
from dialer.domain.errors import Conflict, NotFound
from dialer.domain.knock_up import REPORTS, SILENCED, Answer
from dialer.domain.walk import place_of, place_stored, walk_of
from dialer.services.calling.reach import reach_campaign
from dialer.services.contention import again_after_deadlock
from dialer.services.context import Context
from dialer.services.gotv.door_results import NewDoorResult, note_door, take_result_back
from dialer.services.gotv.elections import election_of, polling_day
from dialer.services.people.opt_outs import record_opt_out
from dialer.services.people.weighing import Origin
from dialer.store.models.calling import Campaign
from dialer.store.models.walks import KnockUpWalk
from dialer.store.queries import door_results, walks
from dialer.store.queries.knock_up import door_of
from dialer.store.session import UnitOfWork

_CLOSED = "Polls are closed, so nothing more is noted."
_TAKEN_BACK = "That one was taken back. Press it again here to note it anew."


@dataclass(frozen=True, slots=True)
class Marked:
    """What was noted; `can_undo` is false for a no, which stays until a coordinator lifts it."""

    result_id: uuid.UUID
    can_undo: bool


@again_after_deadlock
def mark_on_walk(
    ctx: Context, code: str, contact_id: uuid.UUID, answer: Answer, press_id: uuid.UUID
) -> Marked:
    """Note what came of one door, of somebody who lives on the walk; they may have left the list meanwhile.

    The same press again changes nothing. Raises NotFound for who isn't on the walk, Conflict once the polls
    are closed, or where that press was taken back.
    """
    with ctx.unit() as unit:
        walk, campaign = _reach(ctx, unit, code)
        if polling_day(election_of(unit, campaign.election_id)).phase(ctx.now) is Phase.CLOSED:
            raise Conflict(_CLOSED)
        if not _lives_on(unit, walk, contact_id):
            raise NotFound
        result_id = uuid.uuid5(press_id, f"{contact_id} {answer}")
        result, _ = note_door(ctx, unit, campaign, NewDoorResult(contact_id, REPORTS[answer], result_id))
        if result.undone_at is not None:
            raise Conflict(_TAKEN_BACK)
        if answer is Answer.STOP:
            origin = Origin("door", ctx.now, account_id=ctx.actor.account_id)
            for channel in SILENCED:
                record_opt_out(unit, contact_id, channel, origin)
        return Marked(result_id, can_undo=answer is not Answer.STOP)


@again_after_deadlock
def take_mark_back(ctx: Context, code: str, result_id: uuid.UUID) -> None:
    """Take back what oneself noted on a walk; again: changes nothing."""
    with ctx.unit() as unit:
        walk, _ = _reach(ctx, unit, code)
        result = door_results.locked(unit, result_id)
        mine = (walk.campaign_id, ctx.actor.account_id)
        if result is None or (result.campaign_id, result.account_id) != mine:
            raise NotFound
        if result.undone_at is None:
            take_result_back(ctx, unit, result, None)


def _reach(ctx: Context, unit: UnitOfWork, code: str) -> tuple[KnockUpWalk, Campaign]:
    walk = walks.walk_by_code(unit, code)
    if walk is None:
        raise NotFound
    return walk, reach_campaign(ctx, unit, walk.campaign_id, Permission.KNOCK_UP_WALK)


def _lives_on(unit: UnitOfWork, walk: KnockUpWalk, contact_id: uuid.UUID) -> bool:
    door = door_of(unit, contact_id)
    if door is None or (door.polling_district or "") != walk.polling_district:
        return False
    begins = [place_stored(one.begins) for one in walks.walks_beside(unit, walk)[1:]]
    place = place_of(door.polling_district, door.address, door.postcode)
    on_walk = walk_of(begins, place) == walk.number
    return on_walk and door_results.is_on_lists(unit, walk.campaign_id, contact_id)
