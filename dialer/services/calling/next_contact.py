"""The next contact for a volunteer: an atomic claim, the gate, holds, a lease (contract §6)."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import Boolean, ColumnElement, and_, bindparam, exists, literal_column, select
from sqlalchemy.orm import aliased

from dialer.domain.assignment import lease_ends
from dialer.domain.contact_gate import first_callable, may_contact
from dialer.domain.errors import InvalidTransition, NotFound, RateLimited
from dialer.domain.line import holds_line
from dialer.domain.quiet_hours import quiet_until
from dialer.services.calling.assignment_views import assignment_view
from dialer.services.calling.claimed_numbers import set_aside
from dialer.services.calling.facts import Person, calling_rules, number_facts, people
from dialer.services.calling.language_lanes import Speaking, of_volunteer
from dialer.services.calling.leases import expire_lapsed
from dialer.services.calling.limits import (
    HAS_WITHOUT_RESULT,
    LOOK_BACK,
    is_limited,
    skipped_today,
    without_result,
)
from dialer.services.calling.lines import rest_elsewhere
from dialer.services.calling.reach import check_is_mine
from dialer.services.calling.sessions import renew_lease
from dialer.services.calling.shift_states import move
from dialer.services.calling.tried import tried_numbers
from dialer.services.calling.views import AssignmentView, NobodyNow
from dialer.services.contention import again_after_deadlock
from dialer.services.context import Context
from dialer.store.models import new_id
from dialer.store.models.accounts import Account, Organisation
from dialer.store.models.calling import Assignment, Campaign, Script, ScriptVersion, Shift
from dialer.store.queries import queue
from dialer.store.queries.avoidances import IS_SPARED, numbers_avoided
from dialer.store.queries.queue import Claim
from dialer.store.session import UnitOfWork

ASK_AGAIN_S: Final = 10
DIALLED_SOON_S: Final = 2
"""Whoever waits on a line of their own is given whom they are joined with; the page hears of it at once."""
ASK_COORDINATOR_S: Final = 60
LONGEST_WAIT_S: Final = 300
LOOKS_MAX: Final = 200
"""How many numbers that may not be called one request sorts out before it asks to be asked again."""


@dataclass(frozen=True, slots=True)
class Seat:
    """A volunteer's shift (locked) in its campaign, within one unit of work."""

    ctx: Context
    unit: UnitOfWork
    shift: Shift
    campaign: Campaign
    version_id: uuid.UUID | None
    """Of the campaign's script, where it has one."""
    all_paused: bool
    speaking: Speaking
    waits_elsewhere: bool
    """On a line, in another shift of theirs."""
    spared: Sequence[str]
    """Numbers of those who frightened them: they are never handed these."""
    before: Sequence[Assignment]
    """What they were given in the last day, and a bit more, and brought no result of."""


@dataclass(frozen=True, slots=True)
class Given:
    """Whom a volunteer is handed, and everybody who is on that number."""

    assignment: Assignment
    there: Mapping[uuid.UUID, Person]


_OTHER = aliased(Shift)
_SEEN = aliased(Shift, name="seen")
_UNTOUCHED: ColumnElement[bool] = literal_column("shift.xmin = seen.xmin", Boolean())
"""Nobody changed the shift while its lock was waited for. It is read as it is now, and all that stands beside
it as it was before that wait.
"""
_SEAT = (
    select(
        Shift,
        Campaign,
        ScriptVersion.id,
        Organisation.paused_at.is_not(None),
        Account,
        exists().where(
            _OTHER.organisation_id == Shift.organisation_id,
            _OTHER.account_id == Shift.account_id,
            _OTHER.id != Shift.id,
            _OTHER.state == "ready",
            _OTHER.line_call_id.is_not(None),
        ),
        IS_SPARED,
        HAS_WITHOUT_RESULT | ~_UNTOUCHED,
    )
    .join(_SEEN, and_(_SEEN.organisation_id == Shift.organisation_id, _SEEN.id == Shift.id))
    .join(Campaign, and_(Campaign.organisation_id == Shift.organisation_id, Campaign.id == Shift.campaign_id))
    .outerjoin(Script, and_(Script.organisation_id == Shift.organisation_id, Script.id == Campaign.script_id))
    .outerjoin(
        ScriptVersion,
        and_(
            ScriptVersion.organisation_id == Shift.organisation_id,
            ScriptVersion.script_id == Script.id,
            ScriptVersion.version == Script.version,
        ),
    )
    .join(Organisation, Organisation.id == Shift.organisation_id)
    .join(Account, and_(Account.organisation_id == Shift.organisation_id, Account.id == Shift.account_id))
    .where(Shift.organisation_id == bindparam("organisation_id"), Shift.id == bindparam("session_id"))
    .with_for_update(of=Shift)
)


@again_after_deadlock
def next_assignment(ctx: Context, session_id: uuid.UUID) -> AssignmentView | NobodyNow:
    """The contact this shift has open, else the best one that may be called now, else nobody.

    An ended shift: `InvalidTransition`. Too many skips: `RateLimited`, until a coordinator lets the
    volunteer go on.
    """
    with ctx.unit(by_keys=True) as unit:
        seat = _take_seat(ctx, unit, session_id)
        if seat.shift.state == "ended":
            raise InvalidTransition("This shift is over. Start another one.", state="ended")
        given = _next(seat)
    if given is None:  # said only now, so that the limit is kept though the request is refused
        raise RateLimited(
            "Many people in a row came back without a call. Ask your coordinator to let you go on.",
            retry_after_s=ASK_COORDINATOR_S,
        )
    return given


def _take_seat(ctx: Context, unit: UnitOfWork, session_id: uuid.UUID) -> Seat:
    """With the campaign, the version of its script, and the volunteer's account, which others read by its key
    a moment later.
    """
    asked = {
        "organisation_id": unit.organisation_id,
        "session_id": session_id,
        "since": ctx.now - LOOK_BACK,
    }
    row = unit.session.execute(_SEAT, asked).one_or_none()
    if row is None:
        raise NotFound
    shift, campaign, version_id, all_paused, _, waits_elsewhere, is_spared, has_more = row
    check_is_mine(ctx, shift)
    speaking = of_volunteer(unit, campaign, shift.account_id)
    spared = numbers_avoided(unit, shift.account_id) if is_spared else ()
    before = without_result(unit, shift, ctx.now) if has_more else ()
    return Seat(ctx, unit, shift, campaign, version_id, all_paused, speaking, waits_elsewhere, spared, before)


def _next(seat: Seat) -> AssignmentView | NobodyNow | None:
    in_hand = next((one for one in seat.before if one.state == "open"), None)
    assignment = renew_lease(seat.ctx, seat.unit, seat.shift, in_hand)
    if assignment is not None:
        return assignment_view(seat.unit, assignment, seat.campaign)
    if is_limited(seat.shift, seat.before, seat.ctx.now):
        return None
    if waiting := _must_wait(seat):
        return waiting
    if holds_line(seat.campaign.dialing_mode, seat.shift.via):
        return NobodyNow("dialling", DIALLED_SOON_S)
    passed_over = skipped_today(seat.before, seat.campaign, seat.ctx.now)
    given = _claim(seat, passed_over) or _claim_lapsed(seat, passed_over)
    if given is None:
        return NobodyNow("nobody_due", ASK_AGAIN_S)
    if seat.waits_elsewhere:
        rest_elsewhere(seat.ctx, seat.unit, seat.shift)
    return assignment_view(seat.unit, given.assignment, seat.campaign, there=given.there)


def _must_wait(seat: Seat) -> NobodyNow | None:
    """Whether nobody at all is to be called in this campaign now, and until when."""
    if seat.all_paused:
        return NobodyNow("all_paused", ASK_AGAIN_S)
    if seat.campaign.state != "active":
        return NobodyNow("campaign_paused", ASK_AGAIN_S)
    if seat.shift.moving_to is not None:
        return NobodyNow("moving", DIALLED_SOON_S)
    if seat.shift.state == "paused":
        return NobodyNow("session_paused", ASK_AGAIN_S)
    rules = calling_rules(seat.campaign)
    until = quiet_until(seat.ctx.now, rules.hours, (rules.zone,))
    return _quiet(seat.ctx.now, until) if until else None


def _quiet(now: dt.datetime, until: dt.datetime) -> NobodyNow:
    left = int((until - now).total_seconds()) + 1
    return NobodyNow("quiet_hours", min(left, LONGEST_WAIT_S), until)


def _claim_lapsed(seat: Seat, skipped: Sequence[uuid.UUID]) -> Given | None:
    """With the line empty, what the clock's next tick would give back is looked for now."""
    return _claim(seat, skipped) if expire_lapsed(seat.ctx, seat.unit) else None


def _claim(seat: Seat, skipped: Sequence[uuid.UUID]) -> Given | None:
    """Take numbers from the line until one may be called; those that may not leave the line.

    None of it goes by what was changed of the shift, which is written down once, at the end.
    """
    with seat.unit.session.no_autoflush:
        return _claim_one(seat, list(skipped))


def _claim_one(seat: Seat, passed_over: list[uuid.UUID]) -> Given | None:
    for _ in range(LOOKS_MAX):
        claim = queue.claim(
            seat.unit,
            seat.campaign.id,
            seat.shift.account_id,
            seat.ctx.now,
            passed_over=passed_over,
            lanes=seat.speaking.lanes,
            spared=seat.spared,
        )
        if claim is None:
            return None
        given = _try_number(seat, claim)
        if given is not None:
            return given
        passed_over.append(claim.entry_id)
    return None


def _try_number(seat: Seat, claim: Claim) -> Given | None:
    there = people(seat.unit, seat.campaign, numbers=[claim.number], shown=True)
    tried = tried_numbers(seat.unit, seat.campaign, [claim.number], seat.ctx.now)
    number = number_facts(claim, seat.ctx.phones, tried[claim.number])
    rules = calling_rules(seat.campaign)
    understood = [person.facts() for person in seat.speaking.with_(there.values())]
    chosen = first_callable(understood, number, rules, seat.ctx.now)
    if chosen is None:
        facts = [person.facts() for person in there.values()]
        if first_callable(facts, number, rules, seat.ctx.now) is None:
            verdicts = [may_contact(person, number, rules, seat.ctx.now) for person in facts]
            set_aside(seat.unit, claim, verdicts)
        return None  # somebody there waits for who speaks their language
    assignment = _hand_out(seat, claim, there[uuid.UUID(chosen.contact_id)], list(there))
    return Given(assignment, there) if assignment is not None else None


def _hand_out(seat: Seat, claim: Claim, person: Person, there: Sequence[uuid.UUID]) -> Assignment | None:
    """Hand a person out, unless somebody else has them or anyone of their household in hand."""
    given = _given(seat, claim, person, [one for one in there if one != person.id])
    if not queue.hand_out(seat.unit, given, there):
        return None
    move(seat.unit, seat.shift, seat.ctx.now, "assigned")
    return Assignment(**given, state="open", late=False, draft={})  # to be shown: the row is written


def _given(seat: Seat, claim: Claim, person: Person, household: Sequence[uuid.UUID]) -> dict[str, Any]:
    return {
        "organisation_id": seat.unit.organisation_id,
        "id": new_id(),
        "shift_id": seat.shift.id,
        "campaign_id": seat.campaign.id,
        "account_id": seat.shift.account_id,
        "queue_entry_id": claim.entry_id,
        "contact_id": person.id,
        "number": claim.number,
        "household_ids": list(household),
        "script_version_id": seat.version_id,
        "attempt": person.standing.attempts + 1,
        "created_at": seat.ctx.now,
        "expires_at": lease_ends(seat.ctx.now, seat.campaign.assignment_timeout_s),
    }
