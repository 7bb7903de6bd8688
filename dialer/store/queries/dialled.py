"""Calls that the dialler placed, and the volunteers who wait for them."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Collection, Sequence

from sqlalchemy import Select, case, exists, func, or_, select, update

from dialer.domain.call import DIALLED, RING_ME
from dialer.domain.call_policy import policy_of
from dialer.domain.languages import LanguageMatch, code_of
from dialer.domain.matching import Wish
from dialer.store.models.accounts import Account
from dialer.store.models.calling import Assignment, Campaign, Shift
from dialer.store.models.calls import Call
from dialer.store.models.people import Contact
from dialer.store.models.queue import QueueEntry
from dialer.store.queries.avoidances import avoiders
from dialer.store.queries.calls import OPEN
from dialer.store.session import UnitOfWork


def _waiting(unit: UnitOfWork, campaign_id: uuid.UUID) -> Select[Shift]:
    """Who waits for a call with nobody in hand and nobody in their room. The room is one for all shifts of a
    volunteer: whoever talks in it for another shift, or campaign, is still there. Nor does anybody come in
    while the carrier has still to be told of a change: somebody may be in it yet who was put through, or the
    volunteer be muted.
    """
    of_shift = (Assignment.organisation_id == Shift.organisation_id, Assignment.shift_id == Shift.id)
    in_room = (Call.organisation_id == Shift.organisation_id, Call.account_id == Shift.account_id)
    return (
        select(Shift)
        .where(
            Shift.organisation_id == unit.organisation_id,
            Shift.campaign_id == campaign_id,
            Shift.state == "ready",
            Shift.line_state == "open",
            Shift.moving_to.is_(None),
            Shift.room_changed_at.is_(None),
            ~exists().where(*of_shift, Assignment.state == "open"),
            ~exists().where(*in_room, Call.mode == DIALLED, Call.state.in_(OPEN), Call.parted_at.is_(None)),
        )
        .execution_options(populate_existing=True)
    )


def _suited(waiting: Select[Shift], wish: Wish) -> Select[Shift]:
    """Those of them who may be put through, in the order of `matching.in_order`."""
    if wish.avoided_by:
        waiting = waiting.where(Shift.account_id.not_in(wish.avoided_by))
    promised = [(Shift.account_id == wish.promised_to).desc()] if wish.promised_to else []
    if wish.language is None:
        return waiting.order_by(*promised, Shift.ready_since, Shift.id)
    theirs = (Account.organisation_id == Shift.organisation_id) & (Account.id == Shift.account_id)
    spoken = Account.languages.contains([wish.language or wish.home])
    speaks = spoken if wish.language else spoken | (Account.languages == [])
    found = waiting.join(Account, theirs).order_by(*promised, speaks.desc(), Shift.ready_since, Shift.id)
    return found.where(speaks) if wish.only else found


def wish_of(unit: UnitOfWork, assignment: Assignment) -> Wish:
    """Whom the person of an assignment would best speak with."""
    campaign = (Campaign.organisation_id == QueueEntry.organisation_id) & (
        Campaign.id == QueueEntry.campaign_id
    )
    person = (Contact.organisation_id == unit.organisation_id) & (Contact.id == assignment.contact_id)
    query = (
        select(QueueEntry.for_account_id, Contact.language, Campaign.call_policy)
        .select_from(QueueEntry)
        .join(Campaign, campaign)
        .outerjoin(Contact, person)
        .where(QueueEntry.organisation_id == unit.organisation_id, QueueEntry.id == assignment.queue_entry_id)
    )
    found = unit.session.execute(query).one_or_none()
    spared = avoiders(unit, [assignment.number]).get(assignment.number, frozenset())
    if found is None:
        return Wish(avoided_by=spared)
    promised_to, written, policy = found
    match, home = policy_of(policy).language_match, policy_of(policy).home_language
    language = None if match is LanguageMatch.OFF else code_of(written, home)
    return Wish(promised_to, language, match is LanguageMatch.ONLY, spared, home)


def claim_waiting(unit: UnitOfWork, campaign_id: uuid.UUID, wish: Wish, *, behind: int = 0) -> Shift | None:
    """The shift that suits best among those that wait for a call, locked; None where nobody waits, or only as
    many as are left to those who are waited for longer: `behind`.

    Somebody else may have its lock, who claims it, or only notes that its page is open: first whoever is
    locked is passed over, and only where nobody else waits the lock is waited for. One lock is taken at most,
    so that two who prefer different volunteers never wait for each other; whoever holds one never waits for
    anything that a call which was just answered holds.
    """
    suited = _suited(_waiting(unit, campaign_id), wish)
    if behind and _how_many(unit, suited) <= behind:
        return None
    best = suited.limit(1)
    passed = unit.session.scalar(best.with_for_update(of=Shift, skip_locked=True))
    if passed is not None:
        return _alone(unit, passed)
    seen = unit.session.scalar(best)
    waited = None if seen is None else unit.session.scalar(best.with_for_update(of=Shift))
    return None if waited is None else _alone(unit, waited)


def _how_many(unit: UnitOfWork, waiting: Select[Shift]) -> int:
    return unit.session.scalar(select(func.count()).select_from(waiting.subquery())) or 0


def _alone(unit: UnitOfWork, shift: Shift) -> Shift | None:
    """The shift (locked), unless a call of another campaign was just put into the same volunteer's room."""
    lock_room(unit, shift)
    found = _waiting(unit, shift.campaign_id).where(Shift.id == shift.id)
    return unit.session.scalar(found)


def lock_room(unit: UnitOfWork, shift: Shift) -> None:
    """Until the end of the transaction nobody else comes into the room of a shift's (locked) volunteer, by
    whichever of their shifts: each of those has a lock of its own, and the room is one.
    """
    room = func.hashtextextended(f"room {shift.organisation_id} {shift.account_id}", 0)
    unit.session.execute(select(func.pg_advisory_xact_lock(room)))


def leg_on_line_of(unit: UnitOfWork, shift_id: uuid.UUID) -> Call | None:
    """The call whose person is, or was not long ago, on the line of a shift (locked): it isn't over yet."""
    return unit.session.scalar(
        select(Call).where(
            Call.organisation_id == unit.organisation_id,
            Call.shift_id == shift_id,
            Call.mode == DIALLED,
            Call.state.in_(OPEN),
            Call.parted_at.is_(None),
        )
    )


def greeted_before(
    unit: UnitOfWork, campaign_id: uuid.UUID, since: dt.datetime, before: dt.datetime, wish: Wish
) -> int:
    """How many people who answered between these moments were greeted, and still wait to be joined with those
    whom somebody else wishes for; where only speakers count, those of another language wait for others, and
    so do those whom all who are free now are never handed.
    """
    who = (Contact.organisation_id == Call.organisation_id) & (Contact.id == Call.contact_id)
    query = select(Contact.language, Call.number).select_from(Call).outerjoin(Contact, who)
    query = query.where(
        Call.organisation_id == unit.organisation_id,
        Call.campaign_id == campaign_id,
        Call.state == "in_progress",
        Call.greeted_at.is_not(None),
        Call.joined_at.is_(None),
        Call.answered_at >= since,
        Call.answered_at < before,
    )
    found = unit.session.execute(query).all()
    hopeless = _met_by_nobody(unit, campaign_id, {number for _, number in found if number is not None})
    return sum(
        number not in hopeless and (not wish.only or code_of(spoken, wish.home) == wish.language)
        for spoken, number in found
    )


def _met_by_nobody(unit: UnitOfWork, campaign_id: uuid.UUID, numbers: Collection[str]) -> frozenset[str]:
    """Of these numbers those that nobody who waits for a call may be handed."""
    spared = avoiders(unit, numbers) if numbers else {}
    if not spared:
        return frozenset()
    free = {shift.account_id for shift in unit.session.scalars(_waiting(unit, campaign_id))}
    return frozenset(number for number, accounts in spared.items() if free <= accounts)


def joined_among(unit: UnitOfWork, assignment_ids: Sequence[uuid.UUID]) -> frozenset[uuid.UUID]:
    """Those of these assignments whose person the dialler joined with somebody."""
    joined = select(Call.assignment_id).where(
        Call.organisation_id == unit.organisation_id,
        Call.assignment_id.in_(assignment_ids),
        Call.mode == DIALLED,
        Call.joined_at.is_not(None),
    )
    return frozenset(one for one in unit.session.scalars(joined) if one is not None)


def move_leg(unit: UnitOfWork, before: uuid.UUID, after: uuid.UUID) -> None:
    """Whoever is on the line of one shift is on that of another one of the same volunteer now."""
    unit.session.execute(
        update(Call)
        .where(
            Call.organisation_id == unit.organisation_id,
            Call.shift_id == before,
            Call.mode == DIALLED,
            Call.state.in_(OPEN),
            Call.parted_at.is_(None),
        )
        .values(shift_id=after)
    )


def mode_of(unit: UnitOfWork, call_id: uuid.UUID) -> str | None:
    """How a call came about; None where there is none."""
    return unit.session.scalar(
        select(Call.mode).where(Call.organisation_id == unit.organisation_id, Call.id == call_id)
    )


def count_on_line(unit: UnitOfWork, campaign_id: uuid.UUID) -> tuple[int, int]:
    """How many volunteers are on their line for a campaign, and how many of them talk."""
    talk = func.count().filter(Shift.state == "in_call")
    query = select(func.count(), talk).where(
        Shift.organisation_id == unit.organisation_id,
        Shift.campaign_id == campaign_id,
        Shift.state != "ended",
        Shift.line_state == "open",
    )
    on_line, talking = unit.session.execute(query).one()
    return on_line, talking


def rings(unit: UnitOfWork, campaign_id: uuid.UUID) -> bool:
    """Whether anybody is being rung for a campaign, or is about to be, who isn't with a volunteer yet."""
    under_way = select(Call.id).where(
        Call.organisation_id == unit.organisation_id,
        Call.campaign_id == campaign_id,
        Call.mode == DIALLED,
        Call.state.in_(OPEN),
        Call.joined_at.is_(None),
    )
    return unit.session.scalar(under_way.limit(1)) is not None


def count_in_talk(unit: UnitOfWork, campaign_id: uuid.UUID) -> int:
    """How many volunteers have somebody in hand for a campaign who is on the phone, or was rung."""
    rung = or_(Call.state.in_(OPEN), Call.contact_rung_at.is_not(None))
    theirs = (Call.organisation_id == Assignment.organisation_id) & (Call.assignment_id == Assignment.id)
    query = select(func.count()).where(
        Assignment.organisation_id == unit.organisation_id,
        Assignment.campaign_id == campaign_id,
        Assignment.state == "open",
        exists().where(theirs, rung),
    )
    return unit.session.scalar(query) or 0


def count_rang_back(unit: UnitOfWork, campaign_id: uuid.UUID, since: dt.datetime) -> int:
    """How many different people have rung our numbers since then, whom this campaign had rung."""
    query = select(func.count(func.distinct(Call.number))).where(
        Call.organisation_id == unit.organisation_id,
        Call.campaign_id == campaign_id,
        Call.direction == "inbound",
        Call.contact_id.is_not(None),
        Call.created_at > since,
    )
    return unit.session.scalar(query) or 0


def ask_about_soon(unit: UnitOfWork, call_id: uuid.UUID, now: dt.datetime) -> None:
    """Have the carrier asked about a call that isn't over, as soon as somebody can."""
    unit.session.execute(
        update(Call)
        .where(
            Call.organisation_id == unit.organisation_id,
            Call.id == call_id,
            Call.state.in_(OPEN),
            Call.deadline_at > now,
        )
        .values(deadline_at=now)
    )


def open_sid(unit: UnitOfWork, call_id: uuid.UUID) -> str | None:
    """The carrier's name for a call that isn't over; of two legs the other person's."""
    leg = case((Call.mode == RING_ME, Call.contact_sid), else_=Call.carrier_sid)
    return unit.session.scalar(
        select(leg).where(
            Call.organisation_id == unit.organisation_id, Call.id == call_id, Call.state.in_(OPEN)
        )
    )
