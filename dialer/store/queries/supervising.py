"""Who asked for help, who is beside whom in a room, and the shifts of a campaign as coordinators see them."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Sequence
from typing import Any, Final

from sqlalchemy import ColumnElement, Row, or_, select, text, update

from dialer.domain.call import SUPERVISOR
from dialer.domain.supervision import AWAY, TAKE_OVER
from dialer.store.models.calling import Shift
from dialer.store.models.calls import Call
from dialer.store.models.supervising import HelpRequest, Supervision
from dialer.store.session import UnitOfWork

_BESIDE: Final = """
    LEFT JOIN help_request h
           ON h.organisation_id = s.organisation_id AND h.shift_id = s.id AND h.closed_at IS NULL
    LEFT JOIN account taker ON taker.organisation_id = h.organisation_id AND taker.id = h.taken_by
    LEFT JOIN supervision v
           ON v.organisation_id = s.organisation_id AND v.shift_id = s.id AND v.ended_at IS NULL
    LEFT JOIN account supervisor
           ON supervisor.organisation_id = v.organisation_id AND supervisor.id = v.account_id
"""
_SEEN: Final = """
    h.id AS help_id, h.reason AS help_reason, h.asked_at, h.taken_at, h.taken_by, taker.name AS taken_by_name,
    v.account_id AS supervisor_id, supervisor.name AS supervisor_name, v.mode AS supervision_mode,
    v.volunteer AS supervision_volunteer, v.asked_at AS supervised_since, v.joined_at AS supervisor_joined_at
"""
_OF_SHIFT: Final = text(
    f"SELECT {_SEEN} FROM shift s {_BESIDE} WHERE s.organisation_id = :organisation AND s.id = :shift"  # noqa: S608 -- no value from outside
)
_SHIFTS: Final = text(
    f"""
    SELECT s.id, s.campaign_id, s.account_id, a.name, a.role, s.state, s.state_since, s.pause_reason,
           s.line_state, s.via, s.calls, s.talks, s.started_at, s.last_seen_at, s.limited_since,
           latest.disposition, latest.at AS result_at,
           CASE WHEN s.state = 'in_call' THEN (
               SELECT max(k.answered_at) FROM assignment t
               JOIN call k ON k.organisation_id = t.organisation_id AND k.assignment_id = t.id
               WHERE t.organisation_id = s.organisation_id AND t.shift_id = s.id AND t.state = 'open'
                 AND k.state = 'in_progress' AND k.parted_at IS NULL
           ) END AS speaking_since,
           s.state = 'in_call' AND EXISTS (
               SELECT 1 FROM assignment t
               JOIN call k ON k.organisation_id = t.organisation_id AND k.assignment_id = t.id
               WHERE t.organisation_id = s.organisation_id AND t.shift_id = s.id AND t.state = 'open'
                 AND k.mode = 'ring_me' AND k.ended_at IS NULL AND k.answered_at IS NULL
           ) AS rings,
           s.state <> 'ended' AND (s.line_state = 'open' OR EXISTS (
               SELECT 1 FROM assignment t
               JOIN call k ON k.organisation_id = t.organisation_id AND k.assignment_id = t.id
               WHERE t.organisation_id = s.organisation_id AND t.shift_id = s.id AND t.state = 'open'
                 AND k.mode = 'ring_me' AND k.state = 'in_progress' AND k.answered_at IS NOT NULL
                 AND k.contact_sid IS NOT NULL AND k.parted_at IS NULL
           )) AS joinable, {_SEEN}
    FROM shift s
    JOIN account a ON a.organisation_id = s.organisation_id AND a.id = s.account_id
    {_BESIDE}
    LEFT JOIN LATERAL (
        SELECT r.disposition, r.at FROM result r
        WHERE r.organisation_id = s.organisation_id AND r.account_id = s.account_id
          AND r.campaign_id = s.campaign_id AND r.at >= s.started_at AND NOT r.implied
          AND r.superseded_at IS NULL AND r.voided_at IS NULL
        ORDER BY r.at DESC LIMIT 1
    ) latest ON true
    WHERE s.organisation_id = :organisation AND s.campaign_id = :campaign
      AND CASE WHEN CAST(:state AS text) IS NULL
               THEN s.state <> 'ended' OR s.id = ANY (:asking)
               ELSE s.state = :state END
      AND (CAST(:after AS uuid) IS NULL OR s.id > :after)
    ORDER BY s.id
    LIMIT :most
    """  # noqa: S608 -- no value from outside
)


def beside(unit: UnitOfWork, shift_id: uuid.UUID) -> Row[Any]:
    """The open request for help of a shift, and who supervises it: each or none."""
    return unit.session.execute(_OF_SHIFT, {"organisation": unit.organisation_id, "shift": shift_id}).one()


def shifts_of(
    unit: UnitOfWork, campaign_id: uuid.UUID, state: str | None, after: uuid.UUID | None, most: int
) -> Sequence[Row[Any]]:
    """The shifts of a campaign in one state, else those that go on or whose help isn't over; by id."""
    about = {
        "organisation": unit.organisation_id,
        "campaign": campaign_id,
        "state": state,
        "asking": list(_asking(unit, campaign_id)),
        "after": after,
        "most": most,
    }
    return unit.session.execute(_SHIFTS, about).all()


def _asking(unit: UnitOfWork, campaign_id: uuid.UUID) -> Sequence[uuid.UUID]:
    return unit.session.scalars(
        select(HelpRequest.shift_id).where(
            HelpRequest.organisation_id == unit.organisation_id,
            HelpRequest.campaign_id == campaign_id,
            HelpRequest.closed_at.is_(None),
        )
    ).all()


def move_on(unit: UnitOfWork, before: uuid.UUID, after: uuid.UUID, campaign_id: uuid.UUID) -> None:
    """The same where the one that takes its place is of another campaign."""
    move(unit, before, after)
    asked = update(HelpRequest).where(
        HelpRequest.organisation_id == unit.organisation_id,
        HelpRequest.shift_id == after,
        HelpRequest.closed_at.is_(None),
    )
    unit.session.execute(asked.values(campaign_id=campaign_id))


def move(unit: UnitOfWork, before: uuid.UUID, after: uuid.UUID) -> None:
    """What was asked in one shift (locked), and who supervises it, belong to the one that takes its place."""
    campaign = select(Shift.campaign_id).where(
        Shift.organisation_id == unit.organisation_id, Shift.id == after
    )
    for kept, is_open in ((HelpRequest, HelpRequest.closed_at), (Supervision, Supervision.ended_at)):
        of_shift = (kept.organisation_id == unit.organisation_id, kept.shift_id == before)
        place = {"shift_id": after, "campaign_id": campaign.scalar_subquery()}
        unit.session.execute(update(kept).where(*of_shift, is_open.is_(None)).values(place))


def open_help(unit: UnitOfWork, shift_id: uuid.UUID, *, lock: bool = False) -> HelpRequest | None:
    """The request for help of a shift that isn't over."""
    query = select(HelpRequest).where(
        HelpRequest.organisation_id == unit.organisation_id,
        HelpRequest.shift_id == shift_id,
        HelpRequest.closed_at.is_(None),
    )
    return unit.session.scalar(query.with_for_update() if lock else query)


def supervision_of(unit: UnitOfWork, shift_id: uuid.UUID | None) -> Supervision | None:
    """Who supervises a shift (locked) just now, locked."""
    return _open(unit, Supervision.shift_id == shift_id)


def takes_over(unit: UnitOfWork, shift_id: uuid.UUID) -> bool:
    """Whether a coordinator has taken over the talk of a shift (locked), or comes to do so."""
    return _seen(unit, Supervision.shift_id == shift_id, Supervision.mode == TAKE_OVER)


def supervision_by(unit: UnitOfWork, account_id: uuid.UUID) -> Supervision | None:
    """Whom a coordinator supervises just now."""
    return _open(unit, Supervision.account_id == account_id)


def supervision_with(unit: UnitOfWork, call_id: uuid.UUID) -> Supervision | None:
    """The supervision whose leg a call (locked) is, unless it is over."""
    return _open(unit, Supervision.call_id == call_id)


def is_supervising(unit: UnitOfWork, call_id: uuid.UUID) -> bool:
    """Whether a call is still wanted as the leg of somebody who supervises."""
    return _seen(unit, Supervision.call_id == call_id)


def earlier_legs(unit: UnitOfWork, one: Supervision) -> Sequence[Call]:
    """Legs of a supervision (locked) that are up and were its own before another one was, the latest first;
    locked.
    """
    query = select(Call).where(
        Call.organisation_id == unit.organisation_id,
        Call.shift_id == one.shift_id,
        Call.account_id == one.account_id,
        Call.mode == SUPERVISOR,
        Call.state == "in_progress",
        Call.created_at >= one.asked_at,
        Call.id != one.call_id,
    )
    locked = query.order_by(Call.id.desc()).with_for_update().execution_options(populate_existing=True)
    return unit.session.scalars(locked).all()


def supervision_once_with(unit: UnitOfWork, leg: Call) -> Supervision | None:
    """The supervision that goes on, of which a coordinator's leg is, or was, one; not locked."""
    query = select(Supervision).where(
        Supervision.organisation_id == unit.organisation_id,
        Supervision.shift_id == leg.shift_id,
        Supervision.account_id == leg.account_id,
        Supervision.asked_at <= leg.created_at,
        Supervision.ended_at.is_(None),
    )
    return unit.session.scalar(query)


def supervision_taking(unit: UnitOfWork, call_id: uuid.UUID) -> Supervision | None:
    """Who talks on with somebody (their call is locked) without the volunteer."""
    return _open(unit, Supervision.talk_id == call_id)


def taken_from(unit: UnitOfWork, shift_id: uuid.UUID) -> Call | None:
    """The contact's call that goes on with a coordinator without the volunteer of a shift."""
    query = (
        select(Call)
        .join(
            Supervision,
            (Supervision.organisation_id == Call.organisation_id) & (Supervision.talk_id == Call.id),
        )
        .where(
            Supervision.organisation_id == unit.organisation_id,
            Supervision.shift_id == shift_id,
            Supervision.ended_at.is_(None),
        )
    )
    return unit.session.scalar(query)


def had_taken_over(unit: UnitOfWork, shift_id: uuid.UUID, since: dt.datetime) -> bool:
    """Whether the room of a shift belonged at that time, or later, to a coordinator who had taken over."""
    query = select(Supervision.id).where(
        Supervision.organisation_id == unit.organisation_id,
        Supervision.shift_id == shift_id,
        Supervision.mode == TAKE_OVER,
        Supervision.volunteer != AWAY,
        Supervision.taken_over_at.is_not(None),
        or_(Supervision.ended_at.is_(None), Supervision.ended_at >= since),
    )
    return unit.session.scalar(query.limit(1)) is not None


def is_taken_away(unit: UnitOfWork, call_id: uuid.UUID) -> bool:
    """Whether a contact's call goes on with somebody who has taken it over, without the volunteer."""
    return _seen(unit, Supervision.talk_id == call_id)


def was_taken_away(unit: UnitOfWork, call_id: uuid.UUID) -> bool:
    """Whether a contact's call went on with somebody who had taken it over, and who has gone meanwhile."""
    query = select(Supervision.id).where(
        Supervision.organisation_id == unit.organisation_id,
        Supervision.talk_id == call_id,
        Supervision.ended_at.is_not(None),
    )
    return unit.session.scalar(query.limit(1)) is not None


def unopened(unit: UnitOfWork, before: dt.datetime) -> Sequence[uuid.UUID]:
    """Shifts whose supervisor's browser should have opened its leg by now."""
    return unit.session.scalars(
        select(Supervision.shift_id).where(
            Supervision.organisation_id == unit.organisation_id,
            Supervision.ended_at.is_(None),
            Supervision.call_id.is_(None),
            Supervision.asked_at < before,
        )
    ).all()


def unmoved(unit: UnitOfWork, now: dt.datetime) -> Sequence[uuid.UUID]:
    """Supervisions of which somebody is to be asked again into a room of their own."""
    return unit.session.scalars(
        select(Supervision.id).where(
            Supervision.organisation_id == unit.organisation_id,
            Supervision.ended_at.is_(None),
            Supervision.tell_after <= now,
        )
    ).all()


def _open(unit: UnitOfWork, which: ColumnElement[bool]) -> Supervision | None:
    query = select(Supervision).where(
        Supervision.organisation_id == unit.organisation_id, which, Supervision.ended_at.is_(None)
    )
    return unit.session.scalar(query.with_for_update().execution_options(populate_existing=True))


def _seen(unit: UnitOfWork, *which: ColumnElement[bool]) -> bool:
    query = select(Supervision.id).where(
        Supervision.organisation_id == unit.organisation_id, *which, Supervision.ended_at.is_(None)
    )
    return unit.session.scalar(query.limit(1)) is not None
