"""A volunteer's room at the carrier is brought to where our rows say that it should be.

What should be is derived from the rows each time, so that doubled presses, a job that runs twice or one that
is killed halfway all end in the same room. That it is to be done stands in `shift.room_changed_at`; the tick
makes up for a job that gets lost.
"""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Final

from sqlalchemy import select

from dialer.carrier.port import Carrier, CarrierError, ParticipantChange, Rerouting
from dialer.domain.access import Permission, require
from dialer.domain.call import FINAL, RING_ME
from dialer.domain.in_call import LED_FOR, MISSED_FOR, SETTLE_AGAIN_AFTER
from dialer.domain.supervision import AWAY, LISTEN, TAKE_OVER, WHISPER
from dialer.logs import get_logger
from dialer.services.calling import call_urls
from dialer.services.calling.rooms import LiveRoom, change, live_room
from dialer.services.calling.spoken_languages import language_of_contact
from dialer.services.calling.talk_views import talk_on
from dialer.services.context import Context
from dialer.store.models.calling import Shift
from dialer.store.models.calls import Call
from dialer.store.queries import dialled, supervising, transfers
from dialer.store.queries.call_leading import claim_leading, give_leading_back
from dialer.store.session import UnitOfWork

AT_ONCE: Final = 200
TICK: Final = dt.timedelta(microseconds=1)
_ASKED: Final = "dialer.rooms_to_settle"

log = get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Seat:
    """How somebody should take part in the room."""

    call_id: uuid.UUID
    sid: str
    muted: bool = False
    on_hold: bool = False
    hold_url: str | None = None
    coaches: str | None = None
    ends_room: bool | None = None
    behind: tuple[str, ...] = ()
    """The legs that have taken over from them: while one is there they are muted, and the room outlasts them.
    """
    unheard_without: str | None = None
    """The leg of somebody who is to be on hold: until it is there, and held, they are muted."""

    def part_in(self, room: LiveRoom) -> ParticipantChange:
        """The same, as the carrier is told."""
        hold_url = self.hold_url if self.on_hold else None
        is_behind = any(room.of(sid) is not None for sid in self.behind)
        is_early = self.unheard_without is not None and room.of(self.unheard_without) is None
        return ParticipantChange(
            muted=self.muted or is_behind or is_early,
            on_hold=self.on_hold,
            hold_url=hold_url,
            coaches=self.coaches,
            ends_conference=not is_behind if self.ends_room is None else self.ends_room,
        )


@dataclass(frozen=True, slots=True)
class Way:
    """Somebody's leg of a call that is to go on elsewhere (`where`, a word), and where that is told so: into
    the room, unless they are there, or out of it. They are led there once, not again by another job while
    the carrier is at it: that would take them out of where they have just come to. `since` is when it was
    wished for.
    """

    call_id: uuid.UUID
    where: str
    sid: str
    url: str = field(repr=False)
    since: dt.datetime | None = None


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the room of a volunteer should be, as of the change at `since`."""

    account_id: uuid.UUID
    since: dt.datetime
    seats: tuple[Seat, ...]
    departures: tuple[Way, ...] = ()
    arrivals: tuple[Way, ...] = ()


def change_room(ctx: Context, unit: UnitOfWork, shift: Shift) -> None:
    """What the room of a shift (locked) should be has just changed."""
    before = shift.room_changed_at
    shift.room_changed_at = ctx.now if before is None else max(ctx.now, before + TICK)
    shift_id, asked = shift.id, unit.session.info.setdefault(_ASKED, set())
    if (
        shift_id not in asked
    ):  # two jobs at once would lead somebody out of the room who has just come into it
        asked.add(shift_id)
        unit.after_commit(lambda: _ask_to_settle(ctx, shift_id))


def keep_rooms(ctx: Context) -> None:
    """Have rooms settled that were not, some time after they changed. For the cron's tick."""
    with ctx.unit() as unit:
        for shift_id in _behind(ctx, unit):
            _ask_to_settle(ctx, shift_id)


def settle_room(ctx: Context, carrier: Carrier, shift_id: uuid.UUID) -> None:
    """Bring the room of a shift where it should be. What the carrier doesn't take now is tried again."""
    require(ctx.actor, Permission.SYSTEM_RUN)
    with ctx.unit() as unit:
        wanted = _wanted(ctx, unit, shift_id)
    if wanted is None:
        return
    try:
        missed = _settle(ctx, carrier, wanted)
    except CarrierError as error:
        log.warning("the carrier could not be asked about a room", reason=error.reason)
        return
    _settled(ctx, shift_id, wanted, missed)


def _wanted(ctx: Context, unit: UnitOfWork, shift_id: uuid.UUID) -> Wanted | None:
    """What the room should be; None where there is nothing to do."""
    shift = unit.session.get(Shift, (unit.organisation_id, shift_id))
    if shift is None or shift.room_changed_at is None:
        return None
    talk = talk_on(unit, shift)
    line = _line(unit, shift, talk)
    seats = []
    if line is not None and line.carrier_sid is not None:
        muted = talk is not None and talk.muted_at is not None
        held = contact_leg(talk) if talk is not None and talk.held_at is not None else None
        seats.append(Seat(line.id, line.carrier_sid, muted=muted, unheard_without=held))
    seats = _with(_supervisors(unit, shift, line), seats)
    if talk is not None and (sid := contact_leg(talk)) is not None:
        language = language_of_contact(unit, talk.contact_id, talk.campaign_id)
        url = call_urls.on_hold(ctx, talk.id, language)
        seat = Seat(talk.id, sid, on_hold=talk.held_at is not None, hold_url=url, ends_room=False)
        is_heard = talk.muted_at is None
        seats = (
            [seat, *seats] if seat.on_hold and is_heard else [*seats, seat]
        )  # held before that, heard after
    leaving = tuple(_departures(ctx, unit, shift))
    return Wanted(
        shift.account_id, shift.room_changed_at, tuple(seats), leaving, tuple(_arrivals(ctx, unit, talk))
    )


def contact_leg(call: Call) -> str | None:
    """The carrier's name for the leg of whoever a volunteer talks with."""
    return call.contact_sid if call.mode == RING_ME else call.carrier_sid


def _arrivals(ctx: Context, unit: UnitOfWork, talk: Call | None) -> Iterator[Way]:
    """Whom a volunteer was put through to by ring-me: they are led into the room, and the volunteer's leg
    follows by itself, since it was a Dial that joined the two. Not whom a coordinator takes out of it.
    """
    if talk is None or talk.mode != RING_ME or supervising.is_taken_away(unit, talk.id):
        return
    if talk.contact_sid is not None:
        url = call_urls.into_room(ctx, talk.id)
        yield Way(talk.id, "room", talk.contact_sid, url, talk.roomed_at)


def _departures(ctx: Context, unit: UnitOfWork, shift: Shift) -> Iterator[Way]:
    """Those who were put through: the two go on in a room of their own. For as long as their calls do: the
    carrier may have refused to move them, and nobody else comes to the volunteer until it has. Whoever was
    rung for one call only is let go after them, and after whom a coordinator has taken away.
    """
    for transfer in transfers.going_on_without(unit, shift.id):
        for call_id in (transfer.leg_id, transfer.call_id):
            if (sid := dialled.open_sid(unit, call_id)) is not None:
                yield Way(call_id, "through", sid, call_urls.put_through(ctx, call_id))
        contact = unit.session.get_one(Call, (unit.organisation_id, transfer.call_id))
        if contact.mode == RING_ME and contact.carrier_sid is not None:
            yield Way(contact.id, "after", contact.carrier_sid, call_urls.after(ctx, contact.id))
    talk = supervising.taken_from(unit, shift.id)
    if talk is not None and talk.mode == RING_ME and talk.parted_at and talk.carrier_sid is not None:
        yield Way(talk.id, "after", talk.carrier_sid, call_urls.after(ctx, talk.id))


def _supervisors(unit: UnitOfWork, shift: Shift, line: Call | None) -> list[Seat]:
    """How a coordinator takes part who is in the volunteer's room: heard by nobody, by the volunteer alone,
    or by everybody; then the room is theirs, and ends with them, so that nobody is left alone in it. A leg
    that makes way for another one takes part as before until that one is there.
    """
    one = supervising.supervision_of(unit, shift.id)
    if one is None or one.call_id is None or one.volunteer == AWAY:
        return []
    call = unit.session.get_one(Call, (unit.organisation_id, one.call_id))
    legs = [call] if one.joined_at is not None and call.state not in FINAL else []
    whispers = one.mode == WHISPER and line is not None
    seats: list[Seat] = []
    for leg in (*legs, *supervising.earlier_legs(unit, one)):
        if leg.carrier_sid is None:
            continue
        seat = Seat(
            leg.id,
            leg.carrier_sid,
            muted=one.mode == LISTEN or (one.mode == WHISPER and line is None),
            coaches=(line.carrier_sid if whispers and line is not None else "") or "",
            ends_room=None if one.mode == TAKE_OVER else False,
            behind=tuple(before.sid for before in seats),
        )
        seats.append(seat)
    return seats


def _with(supervisors: list[Seat], seats: list[Seat]) -> list[Seat]:
    """All seats, the one first to which the room then belongs: at no moment does it belong to nobody."""
    if not any(one.ends_room is None for one in supervisors):
        return [*seats, *supervisors]
    behind = tuple(one.sid for one in supervisors)
    return [*supervisors, *(replace(seat, behind=behind) for seat in seats)]


def _line(unit: UnitOfWork, shift: Shift, talk: Call | None) -> Call | None:
    """The call of the volunteer's own leg, while it is up."""
    if talk is not None and talk.mode == RING_ME:
        return talk
    if shift.line_call_id is None:
        return None
    call = unit.session.get_one(Call, (unit.organisation_id, shift.line_call_id))
    return None if call.state in FINAL else call


def _settle(ctx: Context, carrier: Carrier, wanted: Wanted) -> list[Seat]:
    """Do what has to be done; those who should be there and aren't. Raises CarrierError."""
    room = live_room(carrier, wanted.account_id) if wanted.seats or wanted.departures else None
    for one in wanted.arrivals:
        if room is None or room.of(one.sid) is None:
            _lead(ctx, carrier, one)
    if room is None:
        return list(wanted.seats)
    for leaving in wanted.departures:
        now = live_room(carrier, wanted.account_id)
        if now is not None and now.of(leaving.sid) is not None:
            _lead(ctx, carrier, leaving)
    return [seat for seat in wanted.seats if not change(carrier, room, seat.sid, seat.part_in(room))]


def _lead(ctx: Context, carrier: Carrier, way: Way) -> None:
    """Lead somebody there, unless another job has just done so. Raises CarrierError."""
    again = ctx.now - LED_FOR if way.since is None else max(ctx.now - LED_FOR, way.since - TICK)
    with ctx.unit() as unit:
        if not claim_leading(unit, way.call_id, way.where, ctx.now, again):
            return
    is_led = False
    try:
        is_led = carrier.redirect_call(way.sid, Rerouting(url=way.url))
    finally:
        if not is_led:
            with ctx.unit() as unit:
                give_leading_back(unit, way.call_id, way.where)


def _settled(ctx: Context, shift_id: uuid.UUID, wanted: Wanted, missed: list[Seat]) -> None:
    """It is done, unless something has changed meanwhile: then it is done again, as another job may have gone
    by what held before. Who isn't there comes yet, or has gone: then the carrier is asked about their call.
    """
    with ctx.unit() as unit:
        shift = unit.session.get_one(Shift, (unit.organisation_id, shift_id), with_for_update=True)
        if shift.room_changed_at != wanted.since:
            change_room(ctx, unit, shift)
            return
        if any(seat.muted or seat.on_hold for seat in missed) and ctx.now < wanted.since + MISSED_FOR:
            return
        shift.room_changed_at = None
        for seat in missed:
            dialled.ask_about_soon(unit, seat.call_id, ctx.now)


def _behind(ctx: Context, unit: UnitOfWork) -> list[uuid.UUID]:
    query = (
        select(Shift.id)
        .where(
            Shift.organisation_id == unit.organisation_id,
            Shift.room_changed_at <= ctx.now - SETTLE_AGAIN_AFTER,
        )
        .order_by(Shift.room_changed_at)
        .limit(AT_ONCE)
    )
    return list(unit.session.scalars(query))


def _ask_to_settle(ctx: Context, shift_id: uuid.UUID) -> None:
    """Before all that waits: it stands between people and silence."""
    args = str(ctx.organisation_id), str(shift_id)
    ctx.jobs.enqueue("calls", "workers.jobs.settle_room", *args, first=True)
