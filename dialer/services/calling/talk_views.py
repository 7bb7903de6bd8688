"""The talk on a volunteer's line: which call it is, and as it is shown."""

from __future__ import annotations

from typing import Final

from sqlalchemy import and_, or_, select

from dialer.domain.answering_machine import rules_of
from dialer.domain.call import DIALLED, RING_ME
from dialer.domain.in_call import back_at
from dialer.services.calling.transfer_views import transfer_view
from dialer.services.calling.views import TalkView
from dialer.store.models.calling import Campaign, Shift
from dialer.store.models.calls import Call
from dialer.store.queries import transfers
from dialer.store.queries.voicemail import left_on
from dialer.store.session import UnitOfWork

_IN_TALK: Final = ("in_call", "paused")


def talk_on(unit: UnitOfWork, shift: Shift) -> Call | None:
    """The call of whoever talks with a volunteer in their room, on a line of their own or since they were led
    there (`two_in_a_room`); None where nobody does, or not there. The latest: that one before is over may not
    have been told yet.
    """
    if shift.state == "ended" or (shift.pin is None and shift.state not in _IN_TALK):
        return None
    on_line = and_(Call.mode == DIALLED, Call.joined_at.is_not(None))
    in_room = and_(Call.mode == RING_ME, Call.roomed_at.is_not(None))
    query = select(Call).where(
        Call.organisation_id == unit.organisation_id,
        Call.shift_id == shift.id,
        or_(on_line, in_room),
        Call.state == "in_progress",
        Call.parted_at.is_(None),
    )
    return unit.session.scalar(query.order_by(Call.id.desc()).limit(1))


def on_another(unit: UnitOfWork, shift: Shift, call: Call) -> bool:
    """Whether a volunteer talks with somebody else by now than on this call: what is told of it then, late,
    is nothing to whoever is with them.
    """
    unit.session.flush()
    talk = talk_on(unit, shift)
    return talk is not None and talk.id != call.id


def has_room(unit: UnitOfWork, shift: Shift) -> bool:
    """Whether a volunteer is in their room, as far as we know: on a line of their own, or with whom they were
    led there.
    """
    if shift.line_state == "open":
        return True
    talk = talk_on(unit, shift)
    return talk is not None and talk.mode == RING_ME


def talk_view(unit: UnitOfWork, shift: Shift) -> TalkView | None:
    """The same, as it is shown."""
    if shift.state not in _IN_TALK:
        return None
    call = talk_on(unit, shift)
    if call is None:
        return None
    back = back_at(call.held_at) if call.held_at is not None else None
    transfer = transfers.latest_of(unit, call.assignment_id) if call.assignment_id else None
    shown = transfer_view(transfer) if transfer is not None and transfer.call_id == call.id else None
    return TalkView(
        muted=call.muted_at is not None,
        on_hold_since=call.held_at,
        back_at=back,
        transfer=shown,
        machine=call.machine,
        may_leave_message=_may_leave(unit, call),
    )


def _may_leave(unit: UnitOfWork, call: Call) -> bool:
    """Whether the page offers to leave the campaign's message: it has one, and this number hasn't had it. All
    else is looked at when it is wished for.
    """
    if call.mode != DIALLED or call.campaign_id is None or call.number is None or call.message_at is not None:
        return False
    campaign = unit.session.get_one(Campaign, (unit.organisation_id, call.campaign_id))
    if not rules_of(campaign.answering_machines).leaves_messages:
        return False
    return not left_on(unit, campaign.id, call.number)[0]
